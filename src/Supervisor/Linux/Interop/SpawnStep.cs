namespace Reuseportd.Linux.Interop;

/// <summary>The failed step, with the numbers of Native/Spawning/spawn.h.</summary>
internal enum SpawnStep
{
    None,
    Pipe,
    Clone,
    Cgroup,
    Seccomp,
    SetSid,
    Stdin,
    Stdout,
    Stderr,
    Close,
    OomScoreAdjust,
    Affinity,
    Limit,
    Nice,
    Scheduling,
    IoPriority,
    Groups,
    Gid,
    Uid,
    Capabilities,
    Ambient,
    NoNewPrivileges,
    Parent,
    Directory,
    Exec,
}
