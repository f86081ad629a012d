namespace Reuseportd.Steering;

/// <summary>What there is of a worker's accept queue at one moment.</summary>
/// <param name="Queue">Connections that wait, over all sockets that it has in the group.</param>
internal readonly record struct QueueSample(int Slot, long Queue);

internal enum StallChange
{
    /// <summary>Its queue did not shrink for the whole time while others' did: give it nothing new.</summary>
    Steer,

    /// <summary>Nor did it shrink since it was given nothing new, so nothing is accepted: its queue may be rescued.</summary>
    Stuck,

    /// <summary>It accepts again.</summary>
    Awake,
}

internal readonly record struct StallVerdict(int Slot, StallChange Change);

/// <summary>
/// Tells workers that are stuck from those that are merely busy, by samples of the accept queues of one group; one for each
/// group.
///
/// A stuck worker's queue never gets shorter. Neither does that of a busy one for a while, if more comes than it takes, but then
/// those of its neighbours grow as well: nobody is stuck as long as half of the group or more does no better. And once nothing
/// new is given to it, the queue of a busy worker shrinks with the next connection that it takes.
/// </summary>
/// <param name="after">How long a queue may stand.</param>
internal sealed class StallJudge(TimeSpan after)
{
    private readonly Dictionary<int, Watched> _slots = [];

    /// <param name="samples">One for each worker that is to accept; who is not among them any more is forgotten.</param>
    /// <param name="now">Monotonic time since any fixed moment; later than that of the call before.</param>
    /// <returns>What has changed.</returns>
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

    /// <summary>Its queue was taken away: an empty one says nothing of it until <see cref="Wake"/>.</summary>
    public void Rescued(int slot)
    {
        if (_slots.TryGetValue(slot, out var watched)) watched.State = State.Rescued;
    }

    /// <summary>It was seen accepting by other means, or is another process by now.</summary>
    public void Wake(int slot) => _slots.Remove(slot);

    /// <summary>Time without anything new in which a worker that runs would have taken a connection.</summary>
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
        // Those that stand for half of the time count as no better off than one that stands for all of it.
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

        /// <summary>When it was last seen to get shorter, or empty.</summary>
        public TimeSpan Moved;
        public TimeSpan SteeredAt;
    }
}
