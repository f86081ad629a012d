using Reuseportd.Model;

namespace Reuseportd.Runtime.Output;

/// <summary>A file that could not be opened again. Output continues to the file that is already open.</summary>
internal sealed record UnopenedFile(string Path, Errno Errno);
