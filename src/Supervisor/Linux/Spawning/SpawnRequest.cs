using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>All that makes one process what it is. Null and empty mean: as the daemon has it.</summary>
internal sealed record SpawnRequest
{
    /// <summary>argv, its first element the name that the program sees.</summary>
    public required ValueList<string> Arguments { get; init; }

    /// <summary>Paths to execute, tried in order as execvpe(3) does; see <see cref="ProgramPath.Candidates"/>.</summary>
    public required ValueList<string> Candidates { get; init; }

    /// <summary>The whole environment, as <c>NAME=value</c>.</summary>
    public required ValueList<string> Environment { get; init; }

    /// <summary>
    /// Variable that names the file at the process's descriptor 2, as <c>DEV:INO</c> of stat(2) in decimal; null for none.
    /// </summary>
    public string? StderrVariable { get; init; }

    public string? WorkingDirectory { get; init; }

    public Identity? Identity { get; init; }

    /// <summary>Whom it runs as, for what is said of a failure; null where nobody has looked that up.</summary>
    public Account? Account { get; init; }

    /// <summary>
    /// Those that it has and hands on to what it executes (PR_CAP_AMBIENT, Linux 4.3); an ordinary user has no others then.
    /// Null: none after a change of user, else as the daemon has them.
    /// </summary>
    public ValueList<Capability>? AmbientCapabilities { get; init; }

    /// <summary>PR_SET_NO_NEW_PRIVS of prctl(2). What the daemon has of it, a process cannot lose.</summary>
    public bool NoNewPrivileges { get; init; }

    public int? Umask { get; init; }

    public ValueList<ResourceLimit> Limits { get; init; }

    public int? Nice { get; init; }

    public int? OomScoreAdjust { get; init; }

    public SchedulingSpec? Scheduling { get; init; }

    public IoPrioritySpec? IoPriority { get; init; }

    /// <summary>CPUs that it may run on, by number; it fails where one of them is not allowed.</summary>
    public ValueList<int> Cpus { get; init; }

    /// <summary><see cref="OutputTarget.Journal"/> and <see cref="OutputTarget.File"/> are a pipe to the daemon.</summary>
    public OutputTarget Stdout { get; init; } = new OutputTarget.Null();

    public OutputTarget Stderr { get; init; } = new OutputTarget.Null();

    /// <summary>SIGKILL when the thread that spawned it ends: with the daemon, if that thread lives as long.</summary>
    public bool DieWithParent { get; init; } = true;

    /// <summary>Directory of a cgroup v2 that it is born in.</summary>
    public Descriptor? Cgroup { get; init; }
}

/// <summary>A process that has passed its exec.</summary>
/// <param name="Stdout">Null without a pipe.</param>
/// <param name="Stderr">Null without a pipe.</param>
/// <param name="Program">Which of the candidates it runs.</param>
internal sealed record Spawned(Pidfd Process, Pipe? Stdout, Pipe? Stderr, string Program);
