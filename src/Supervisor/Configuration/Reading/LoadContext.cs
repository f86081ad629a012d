using Reuseportd.Model;

namespace Reuseportd.Configuration.Reading;

/// <summary>Facts of this host that a configuration is validated against.</summary>
/// <param name="AutoWorkers">Number of workers for <c>workers: auto</c>.</param>
/// <param name="UserId">Effective user of the daemon; 0 may start workers as any user.</param>
/// <param name="GroupId">Effective group of the daemon.</param>
/// <param name="FindUser">Id of a user, by name or decimal number; null if there is no such user.</param>
/// <param name="FindGroup">Id of a group, by name or decimal number; null if there is no such group.</param>
/// <param name="FindFile">Status of a file; only <see cref="ConfigurationLoader"/> calls it.</param>
internal sealed record LoadContext(
    int AutoWorkers,
    uint UserId,
    uint GroupId,
    Func<string, uint?> FindUser,
    Func<string, uint?> FindGroup,
    FindFile FindFile)
{
    public bool IsRoot => UserId == 0;

    /// <summary>Status of a file that the configuration names; null if such files are not checked.</summary>
    public FindFile? FindNamed { get; init; }

    /// <summary>Bounding set of the daemon (capabilities(7)), a bit for each capability: workers cannot have others.</summary>
    public ulong Capabilities { get; init; } = ulong.MaxValue;

    /// <summary>Capabilities that the daemon holds, a bit for each: it can give no others to workers.</summary>
    public ulong Held { get; init; } = ulong.MaxValue;

    /// <summary>The reason why the daemon cannot use the kernel method; null if it can, or outside of the daemon.</summary>
    public string? NoKernelMethod { get; init; }

    /// <summary>Null if unknown: outside of the daemon, whose unit may have controllers that this process has not.</summary>
    public ControllerOffer? Controllers { get; init; }
}

/// <summary>The cgroup controllers that the daemon can give to its workers.</summary>
/// <param name="Names">The kernel's names: cpu, memory, pids.</param>
/// <param name="Reason">The reason why other controllers are missing, as the end of a sentence.</param>
internal sealed record ControllerOffer(ValueList<string> Names, string Reason);

/// <summary>Looks up a path as stat(2) does: symbolic links are followed.</summary>
/// <returns>Null on failure, with the error in <paramref name="errno"/>.</returns>
internal delegate FileFacts? FindFile(string path, out Errno errno);

internal enum FileKind
{
    Regular,
    Directory,
    Fifo,
    Socket,
    Device,
}

/// <param name="Mode">Permission bits (chmod(1)).</param>
internal readonly record struct FileFacts(FileKind Kind, uint UserId, uint GroupId, UnixFileMode Mode);
