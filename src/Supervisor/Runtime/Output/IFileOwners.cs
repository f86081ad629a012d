using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Output;

/// <summary>Knows as which user the files of a process are opened.</summary>
internal interface IFileOwners
{
    /// <param name="identity">Null for a process that runs as the daemon does.</param>
    bool TryIdentity(ProcessSpec process, out Identity? identity, [NotNullWhen(false)] out SpawnError? error);

    /// <summary>The error of a start whose output file could not be opened.</summary>
    /// <param name="value">Stream and path: <c>stdout=/var/log/web.log</c>.</param>
    SpawnError NotOpened(ProcessSpec process, string value, Errno errno);
}
