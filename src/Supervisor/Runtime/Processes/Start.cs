using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Probing;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// A process that a thread of the <see cref="Launcher"/> starts. It belongs to that thread from its beginning until its message is
/// taken, but for its <see cref="Control"/>.
/// </summary>
internal abstract class Start
{
    /// <summary>How far it is, and the means to end it.</summary>
    public SpawnControl Control { get; } = new();

    /// <summary>Null where it failed.</summary>
    public Spawned? Spawned { get; protected set; }

    /// <summary>Null where it came about.</summary>
    public SpawnError? Error { get; set; }

    /// <summary>The limit that it has met; null where it failed otherwise, or came about.</summary>
    public string? Limit { get; private set; }

    /// <summary>That the process will have here while it runs.</summary>
    public abstract int Descriptors { get; }

    /// <summary>When the loop began it.</summary>
    public TimeSpan Began { get; set; }

    /// <summary>It has taken so long that its thread is counted as lost. Of the loop.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Where it stood when it had taken longer than it may, and was killed; null while it has not. Of the loop.</summary>
    public SpawnError? LateError { get; set; }

    /// <summary>Nobody waits for it any more. Of the loop.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>On a thread of the launcher, which may be held up in it.</summary>
    public void Run(Spawner spawner)
    {
        try
        {
            Launch(spawner);
            Limit = Error is { } error ? StartLimits.MetBy(error) : null;
        }
#pragma warning disable CA1031 // Whatever it was: the slot waits for the end of its start.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Error = new SpawnError("start", fault.Message, Errno.None);
        }
    }

    /// <summary>It is held up. On the loop's thread.</summary>
    public virtual void OnHeld() { }

    /// <summary>Ends what came of it; nobody wants it.</summary>
    public virtual void Discard()
    {
        if (Spawned is not { } spawned) return;
        ProcessGroup.Kill(spawned.Process.Pid);
        spawned.Process.Wait(out _);
        spawned.Process.Dispose();
        spawned.Stdout?.Dispose();
        spawned.Stderr?.Dispose();
    }

    protected abstract void Launch(Spawner spawner);
}

/// <summary>The start of a worker's process.</summary>
/// <param name="spec">As the service is at its beginning.</param>
/// <param name="notifySocket">Where it says that it is ready; null where it does not.</param>
internal sealed class WorkerStart(
    LaunchPad launchPad, WorkerSlot slot, int generation, ServiceSpec spec, Account account, string? notifySocket) : Start
{
    private string? _group;

    /// <summary>A worker that is being replaced exchanges its start, too.</summary>
    public WorkerSlot Slot { get; set; } = slot;

    public int Generation { get; } = generation;

    public ServiceSpec Spec { get; } = spec;

    public Account Account { get; } = account;

    public string? NotifySocket { get; } = notifySocket;

    /// <summary>Where its output goes; null for the log.</summary>
    public WorkerFile? Stdout { get; init; }

    /// <inheritdoc cref="Stdout"/>
    public WorkerFile? Stderr { get; init; }

    public override int Descriptors { get; } = DescriptorBudget.For(spec.Process);

    /// <summary>Name of its control group; null without one.</summary>
    public string? Group => _group;

    public override void Discard()
    {
        base.Discard();
        launchPad.Abandon(Group);
    }

    protected override void Launch(Spawner spawner)
    {
        Error = launchPad.Launch(spawner, this, out var spawned, out _group);
        Spawned = spawned;
    }
}

/// <summary>The start of a command that looks at a worker from outside.</summary>
internal sealed class ProbeStart(
    LaunchPad launchPad, WorkerProcess process, ServiceSpec spec, ValueList<Template> command, ProbeKind kind, TimeSpan timeout) : Start
{
    public WorkerProcess Process { get; } = process;

    public WorkerName Worker { get; } = process.Slot.Name;

    public ServiceSpec Spec { get; } = spec;

    public ValueList<Template> Command { get; } = command;

    public ProbeKind Kind { get; } = kind;

    public TimeSpan Timeout { get; } = timeout;

    public override int Descriptors => 1;

    /// <summary>Its time is over. Of the loop.</summary>
    public bool IsLate { get; set; }

    /// <summary>What came of it was told. Of the loop.</summary>
    public bool IsAnswered { get; set; }

    public override void OnHeld() => launchPad.RestoreQuota(Process, Spec);

    protected override void Launch(Spawner spawner)
    {
        Error = launchPad.LaunchProbe(spawner, this, out var spawned);
        Spawned = spawned;
    }
}
