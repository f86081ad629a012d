using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>Everything that a process is started with. Null and empty mean the daemon's own setting.</summary>
internal sealed record SpawnRequest
{
    /// <summary>argv; its first element is the name that the program sees.</summary>
    public required ValueList<string> Arguments { get; init; }

    /// <summary>Paths to execute, tried in order like execvpe(3); see <see cref="ProgramPath.Candidates"/>.</summary>
    public required ValueList<string> Candidates { get; init; }

    /// <summary>The whole environment, as <c>NAME=value</c>.</summary>
    public required ValueList<string> Environment { get; init; }

    /// <summary>
    /// Variable that identifies the file at descriptor 2 of the process, as decimal <c>DEV:INO</c> of stat(2); null for none.
    /// </summary>
    public string? StderrVariable { get; init; }

    public string? WorkingDirectory { get; init; }

    public Identity? Identity { get; init; }

    /// <summary>The process's user, for error messages; null if it was not looked up.</summary>
    public Account? Account { get; init; }

    /// <summary>
    /// Capabilities that the process has and passes on at exec (PR_CAP_AMBIENT, Linux 4.3); a process of an ordinary user has no
    /// others. Null: none after a change of user, else the daemon's.
    /// </summary>
    public ValueList<Capability>? AmbientCapabilities { get; init; }

    /// <summary>PR_SET_NO_NEW_PRIVS of prctl(2). A process cannot clear a flag that the daemon has.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>
    /// bind(2) and listen(2) of the process and of its descendants wait for an answer through <see cref="Spawned.BindListener"/>
    /// (a seccomp(2) filter, Linux 5.19). Needs CAP_SYS_ADMIN of the daemon, or <see cref="NoNewPrivileges"/>; else the start
    /// fails with EACCES. EBUSY if a process above has such a listener.
    /// </summary>
    public bool NotifyBinds { get; init; }

    public int? Umask { get; init; }

    public ValueList<ResourceLimit> Limits { get; init; }

    public int? Nice { get; init; }

    public int? OomScoreAdjust { get; init; }

    public SchedulingSpec? Scheduling { get; init; }

    public IoPrioritySpec? IoPriority { get; init; }

    /// <summary>CPUs that the process may use; the start fails if one of them is not allowed.</summary>
    public ValueList<int> Cpus { get; init; }

    /// <summary>A target with <see cref="OutputTarget.IsPipe"/> becomes a pipe to the daemon.</summary>
    public OutputTarget Stdout { get; init; } = new OutputTarget.Null();

    public OutputTarget Stderr { get; init; } = new OutputTarget.Null();

    /// <summary>SIGKILL when the spawning thread ends: with the daemon, if the thread lives as long.</summary>
    public bool DieWithParent { get; init; } = true;

    /// <summary>Directory of the cgroup v2 that the process is created in.</summary>
    public Descriptor? Cgroup { get; init; }
}

/// <summary>A process that has passed its exec.</summary>
/// <param name="Stdout">Null without a pipe.</param>
/// <param name="Stderr">Null without a pipe.</param>
/// <param name="Program">The candidate that the process runs.</param>
internal sealed record Spawned(Pidfd Process, Pipe? Stdout, Pipe? Stderr, string Program)
{
    /// <summary>
    /// Null without <see cref="SpawnRequest.NotifyBinds"/>. After it is closed, the calls fail with ENOSYS.
    /// </summary>
    public Descriptor? BindListener { get; init; }
}
