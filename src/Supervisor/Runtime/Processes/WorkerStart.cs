using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Runtime.Processes;

/// <summary>The start of a worker's process.</summary>
/// <param name="spec">As the service is at its beginning.</param>
/// <param name="notifySocket">Where it says that it is ready; null where it does not.</param>
internal sealed class WorkerStart(
    LaunchPad launchPad, WorkerSlot slot, int generation, ServiceSpec spec, Account account, string? notifySocket) : Start, IPendingStart
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

    void IPendingStart.Stop() => Control.Stop();

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
