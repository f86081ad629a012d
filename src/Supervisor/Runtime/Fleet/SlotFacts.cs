using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// Facts of a worker that are not those of one process, as in <see cref="WorkerSnapshot"/>. This value is on the stack: adding
/// them to a snapshot afterwards would copy it, and memory is most of the cost of a snapshot of many workers.
/// </summary>
internal readonly record struct SlotFacts
{
    public required int Generation { get; init; }

    public int Restarts { get; init; }

    public TimeSpan? Started { get; init; }

    public ExitStatus? LastExit { get; init; }

    public TimeSpan? NextTry { get; init; }

    /// <summary>Takes the place of the reason that the slot's state has; null for none.</summary>
    public StateReason? Reason { get; init; }

    public bool IsOver { get; init; }

    public WorkerActivity? Activity { get; init; }

    public SecondProcess? Second { get; init; }

    public Attempt? Attempt { get; init; }

    public int? Draining { get; init; }

    public bool IsUnread { get; init; }

    public bool IsUpdating { get; init; }

    public ValueList<int> KernelPorts { get; init; }

    public ValueList<ulong> Sockets { get; init; }

    public LastWords? LastWords { get; init; }

    public UpdateObstacle? NotReplaced { get; init; }

    public TimeSpan? ReadySince { get; init; }

    public OutcomesMissing? OutcomesMissing { get; init; }
}
