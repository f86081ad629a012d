using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Handover;

/// <summary>The states of slots that can be handed over, as values of a text. Pure.</summary>
internal static class SavedSlots
{
    /// <summary>True if the state waits for nothing that a new daemon would not know.</summary>
    public static bool IsSettled(Slot slot) => slot.TreesEnding == 0 && slot.State
        is SlotState.Stopped or SlotState.Ready or SlotState.Waiting or SlotState.Backoff or SlotState.Failed;

    /// <param name="slot">A slot that <see cref="IsSettled"/>.</param>
    public static SavedSlot Save(Slot slot)
    {
        var saved = new SavedSlot(
            slot.State.GetType().Name, slot.Generation, slot.Restarts, slot.Streak, [.. slot.Attempts.Select(at => at.Ticks)],
            slot.LastExit, slot.LastGiven);
        return slot.State switch
        {
            SlotState.Stopped => saved,
            SlotState.Ready ready => saved with { Since = ready.Since.Ticks },
            SlotState.Waiting waiting => saved with { Limit = waiting.Limit },
            SlotState.Failed failed => saved with { Failure = SavedFailures.Save(failed.Failure) },
            SlotState.Backoff backoff => saved with
            {
                Since = backoff.Until.Ticks, Delay = backoff.Delay.Ticks, Failure = SavedFailures.Save(backoff.Failure),
            },
            _ => throw new InvalidOperationException($"not settled: {slot.State}"),
        };
    }

    /// <exception cref="FormatException">The state has no such name, or misses a value.</exception>
    public static Slot Restore(SavedSlot saved)
    {
        SlotState state = saved.State switch
        {
            nameof(SlotState.Stopped) => new SlotState.Stopped(),
            nameof(SlotState.Ready) => new SlotState.Ready(new TimeSpan(saved.Since)),
            nameof(SlotState.Waiting) when saved.Limit is { } limit => new SlotState.Waiting(limit),
            nameof(SlotState.Failed) when saved.Failure is { } failure =>
                new SlotState.Failed(SavedFailures.Restore(failure)),
            nameof(SlotState.Backoff) when saved.Failure is { } failure => new SlotState.Backoff(
                new TimeSpan(saved.Since), new TimeSpan(saved.Delay), SavedFailures.Restore(failure)),
            _ => throw new FormatException($"state {saved.State}"),
        };
        return new Slot(
            state, saved.Generation, saved.Restarts, saved.Streak, [.. saved.Attempts.Select(at => new TimeSpan(at))],
            saved.LastExit)
        {
            LastGiven = saved.LastGiven,
        };
    }
}
