using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Updates;

namespace Reuseportd.Runtime.Commands;

/// <summary>A command whose answer comes when all its workers have settled.</summary>
/// <param name="ends">Makes the result of each worker.</param>
/// <param name="cutOf">The connections of a service that were cut.</param>
internal sealed class PendingCommand(
    IReadOnlyList<WorkerSlot> slots,
    Func<WorkerSlot, CommandEnd> ends,
    Func<Service, CutConnections> cutOf,
    TaskCompletionSource<CommandResult> done)
{
    /// <summary>The services may be gone before the answer.</summary>
    private readonly Dictionary<Service, CutConnections> _cut =
        slots.Select(slot => slot.Service).Distinct().ToDictionary(service => service, cutOf);

    private readonly int _cutBefore = slots.Sum(slot => cutOf(slot.Service).OfWorker(slot.Name.Index));
    private int _pending;

    public Task<CommandResult> Answer => done.Task;

    public IReadOnlyList<WorkerSlot> Slots => slots;

    /// <summary>Answers when this number of slots have settled.</summary>
    public void Begin(int unsettled)
    {
        _pending = unsettled;
        if (_pending == 0) Finish(timedOut: false);
    }

    /// <summary>Handles one slot that has settled.</summary>
    public void Settled()
    {
        if (--_pending == 0) Finish(timedOut: false);
    }

    /// <summary>Answers with <c>TimedOut</c>, as the client waits no longer.</summary>
    public void Expire() => Finish(timedOut: true);

    public void Cancel() => done.TrySetCanceled();

    /// <summary>Answers that the command goes on in another program.</summary>
    public void HandOver() => done.TrySetException(new TakenOverException());

    /// <summary>Answers at once.</summary>
    public void Finish() => Finish(timedOut: false);

    private void Finish(bool timedOut) => done.TrySetResult(new CommandResult(new([.. slots.Select(ends)]), timedOut, [])
    {
        Cut = Cut() - _cutBefore,
    });

    private int Cut() => slots.Sum(slot => _cut[slot.Service].OfWorker(slot.Name.Index));
}
