using Reuseportd.Model;

namespace Reuseportd.Runtime.Output;

/// <summary>A file that could not be opened again, so that output goes on to the one that is open.</summary>
internal sealed record UnopenedFile(string Path, Errno Errno);
