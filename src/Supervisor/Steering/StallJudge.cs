namespace Reuseportd.Steering;

/// <summary>The accept queue of a worker at one moment.</summary>
/// <param name="Queue">Waiting connections of all sockets that the worker has in the group.</param>
internal readonly record struct QueueSample(int Slot, long Queue);

internal enum StallChange
{
    /// <summary>
    /// The worker's queue did not shrink for the whole time while other queues did: steer new connections away.
    /// </summary>
    Steer,

    /// <summary>
    /// The worker's queue did not shrink after steering either: the worker accepts nothing, and its queue may be rescued.
    /// </summary>
    Stuck,

    /// <summary>The worker accepts again.</summary>
    Awake,
}

internal readonly record struct StallVerdict(int Slot, StallChange Change);

/// <summary>
/// Tells stuck workers from busy workers by samples of the accept queues of one group.
/// The queue of a stuck worker never shrinks. The queue of a busy worker may also not shrink for a while, but then its
/// neighbours' queues grow too. So no worker counts as stuck while more than half of the queues do not shrink. After new
/// connections are steered away, the queue of a busy worker shrinks with its next accept.
/// </summary>
/// <param name="after">The longest time for which a queue may not shrink.</param>
internal sealed class StallJudge(TimeSpan after)
{
    private readonly Dictionary<int, Watched> _slots = [];

    /// <param name="samples">A sample for each worker that should accept; a worker without a sample is forgotten.</param>
    /// <param name="now">Monotonic time since any fixed moment; later than in the call before.</param>
    /// <returns>The changes.</returns>
    public List<StallVerdict> Judge(IReadOnlyCollection<QueueSample> samples, TimeSpan now)
    {
        foreach (var gone in _slots.Keys.Except(samples.Select(sample => sample.Slot)).ToArray()) _slots.Remove(gone);
        foreach (var sample in samples) Look(sample, now);

        var verdicts = new List<StallVerdict>();
        foreach (var (slot, watched) in _slots)
        {
            if (watched.State == State.Serving || watched.Moved != now) continue;
            watched.State = State.Serving;
            verdicts.Add(new StallVerdict(slot, StallChange.Awake));
        }

        foreach (var (slot, watched) in _slots)
        {
            if (watched.State != State.Steered || now - watched.Moved < after + Confirmation) continue;
            if (now - watched.SteeredAt < Confirmation) continue;
            watched.State = State.Stuck;
            verdicts.Add(new StallVerdict(slot, StallChange.Stuck));
        }

        Suspect(now, verdicts);
        return verdicts;
    }

    /// <summary>The worker's queue was moved to others: an empty queue means nothing until <see cref="Wake"/>.</summary>
    public void Rescued(int slot)
    {
        if (_slots.TryGetValue(slot, out var watched)) watched.State = State.Rescued;
    }

    /// <summary>The worker was seen to accept by other means, or has a new process.</summary>
    public void Wake(int slot) => _slots.Remove(slot);

    /// <summary>Time without new connections in which a worker that runs would have accepted one.</summary>
    private TimeSpan Confirmation => after / 4;

    private void Look(QueueSample sample, TimeSpan now)
    {
        if (!_slots.TryGetValue(sample.Slot, out var watched))
        {
            _slots[sample.Slot] = new Watched { Queue = sample.Queue, Moved = now };
            return;
        }

        if (watched.State != State.Rescued && (sample.Queue == 0 || sample.Queue < watched.Queue)) watched.Moved = now;
        watched.Queue = sample.Queue;
    }

    private void Suspect(TimeSpan now, List<StallVerdict> verdicts)
    {
        var standing = _slots.Where(slot => slot.Value.State != State.Serving || now - slot.Value.Moved >= after / 2).ToArray();
        // A worker whose queue stands for half of the time counts as no better than one that stands for all of it.
        if (standing.Length * 2 > _slots.Count) return;
        foreach (var (slot, watched) in standing)
        {
            if (watched.State != State.Serving || now - watched.Moved < after) continue;
            watched.State = State.Steered;
            watched.SteeredAt = now;
            verdicts.Add(new StallVerdict(slot, StallChange.Steer));
        }
    }

    private enum State
    {
        Serving,
        Steered,
        Stuck,
        Rescued,
    }

    private sealed class Watched
    {
        public State State;
        public long Queue;

        /// <summary>The time at which the queue last shrank or was empty.</summary>
        public TimeSpan Moved;
        public TimeSpan SteeredAt;
    }
}
