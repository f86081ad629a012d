using Reuseportd.Model;

namespace Reuseportd.Configuration.Reading;

/// <summary>What a configuration is judged against: facts of this host that its text cannot tell.</summary>
/// <param name="AutoWorkers">Number that <c>workers: auto</c> stands for.</param>
/// <param name="UserId">Effective user of the daemon; 0 may start workers as anybody.</param>
/// <param name="GroupId">Effective group of the daemon.</param>
/// <param name="FindUser">Id of a user by name or decimal number; null where there is none.</param>
/// <param name="FindGroup">Id of a group by name or decimal number; null where there is none.</param>
/// <param name="FindFile">Status of a file; only <see cref="ConfigurationLoader"/> asks.</param>
internal sealed record LoadContext(
    int AutoWorkers,
    uint UserId,
    uint GroupId,
    Func<string, uint?> FindUser,
    Func<string, uint?> FindGroup,
    FindFile FindFile)
{
    public bool IsRoot => UserId == 0;

    /// <summary>Status of what the text names; null where that is not looked at.</summary>
    public FindFile? FindNamed { get; init; }

    /// <summary>Bounding set of the daemon (capabilities(7)), a bit for each capability: no worker can have others.</summary>
    public ulong Capabilities { get; init; } = ulong.MaxValue;

    /// <summary>Null where it is not known: outside of the daemon, whose unit may be given what this process has not.</summary>
    public ControllerOffer? Controllers { get; init; }
}

/// <summary>The cgroup controllers that the daemon can give to its workers.</summary>
/// <param name="Names">As the kernel has them: cpu, memory, pids.</param>
/// <param name="Reason">Why there are no others, as the end of a sentence.</param>
internal sealed record ControllerOffer(ValueList<string> Names, string Reason);

/// <summary>Looks a path up as stat(2) does, so through symbolic links.</summary>
/// <returns>Null where that failed, and why in <paramref name="errno"/>.</returns>
internal delegate FileFacts? FindFile(string path, out Errno errno);

internal enum FileKind
{
    Regular,
    Directory,
    Fifo,
    Socket,
    Device,
}

/// <param name="Mode">Permission bits, as chmod(1) takes them.</param>
internal readonly record struct FileFacts(FileKind Kind, uint UserId, uint GroupId, UnixFileMode Mode);
