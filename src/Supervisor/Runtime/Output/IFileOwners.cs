using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Output;

/// <summary>Knows the user that opens the output files of a process.</summary>
internal interface IFileOwners
{
    /// <param name="identity">Null for a process that runs as the daemon's user.</param>
    bool TryIdentity(ProcessSpec process, out Identity? identity, [NotNullWhen(false)] out SpawnError? error);

    /// <summary>Describes a start that failed because an output file could not be opened.</summary>
    /// <param name="value">Stream and path, such as <c>stdout=/var/log/web.log</c>.</param>
    SpawnError NotOpened(ProcessSpec process, string value, Errno errno);
}
