using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Handover;

/// <summary>The states of slots as values of a text. Pure.</summary>
internal static class SavedSlots
{
    /// <summary>The state of a slot whose process is not made yet. The next daemon starts it.</summary>
    public const string Queued = "Queued";

    /// <summary>True for a slot without a process that asks for a start as soon as it is restored.</summary>
    public static bool AsksForStart(SavedSlot saved) => saved.State is Queued or nameof(SlotState.Waiting);

    /// <param name="hasProcess">False while the process is being made.</param>
    public static SavedSlot Save(Slot slot, bool hasProcess)
    {
        var saved = new SavedSlot(
            slot.State.GetType().Name, slot.Generation, slot.Restarts, slot.Streak, [.. slot.Attempts.Select(at => at.Ticks)],
            slot.LastExit, slot.LastGiven);
        return slot.State switch
        {
            SlotState.Stopped => saved,
            // The process is being made, and a daemon that dies leaves none.
            SlotState.Starting when !hasProcess => saved with { State = Queued },
            SlotState.Stopping { Then: AfterStop.Stay } when !hasProcess => saved with { State = nameof(SlotState.Stopped) },
            SlotState.Stopping when !hasProcess => saved with { State = Queued },
            SlotState.Starting starting => saved with
            {
                Since = starting.Since.Ticks, Until = starting.Due?.Ticks, ServesSince = starting.ServesSince?.Ticks,
            },
            SlotState.Draining draining => saved with
            {
                Until = draining.Due.Ticks, Then = Save(draining.Then), IsOver = draining.IsOver,
            },
            SlotState.Stopping stopping => saved with { Until = stopping.KillAt?.Ticks, Then = Save(stopping.Then) },
            SlotState.Ready ready => saved with { Since = ready.Since.Ticks },
            SlotState.Waiting waiting => saved with { Limit = waiting.Limit },
            SlotState.Failed failed => saved with { Failure = SavedFailures.Save(failed.Failure) },
            SlotState.Backoff backoff => saved with
            {
                Until = backoff.Until.Ticks, Delay = backoff.Delay.Ticks, Failure = SavedFailures.Save(backoff.Failure),
            },
            _ => throw new InvalidOperationException($"no such state: {slot.State}"),
        };
    }

    /// <exception cref="FormatException">The state has no such name, or misses a value.</exception>
    public static Slot Restore(SavedSlot saved)
    {
        SlotState state = saved.State switch
        {
            nameof(SlotState.Stopped) or Queued => new SlotState.Stopped(),
            nameof(SlotState.Starting) => new SlotState.Starting(
                StartPhase.Running, new TimeSpan(saved.Since), Time(saved.Until), PortCoverage.None(PortFilter.Any))
            {
                ServesSince = Time(saved.ServesSince),
            },
            nameof(SlotState.Draining) when saved is { Until: { } until, Then: { } then } =>
                new SlotState.Draining(new TimeSpan(until), Restore(then), saved.IsOver),
            // The kill is repeated if it was the last step.
            nameof(SlotState.Stopping) when saved.Then is { } then =>
                new SlotState.Stopping(Time(saved.Until) ?? TimeSpan.Zero, Restore(then)),
            nameof(SlotState.Ready) => new SlotState.Ready(new TimeSpan(saved.Since)),
            nameof(SlotState.Waiting) when saved.Limit is { } limit => new SlotState.Waiting(limit),
            nameof(SlotState.Failed) when saved.Failure is { } failure =>
                new SlotState.Failed(SavedFailures.Restore(failure)),
            nameof(SlotState.Backoff) when saved is { Failure: { } failure, Until: { } until } => new SlotState.Backoff(
                new TimeSpan(until), new TimeSpan(saved.Delay), SavedFailures.Restore(failure)),
            _ => throw new FormatException($"state {saved.State}"),
        };
        return new Slot(
            state, saved.Generation, saved.Restarts, saved.Streak, [.. saved.Attempts.Select(at => new TimeSpan(at))],
            saved.LastExit)
        {
            LastGiven = saved.LastGiven,
        };
    }

    private static SavedAfter Save(AfterStop then) => then is AfterStop.Retry retry
        ? new SavedAfter(false, SavedFailures.Save(retry.Failure), retry.ReadyFor?.Ticks)
        : new SavedAfter(then is AfterStop.Restart, null, null);

    private static AfterStop Restore(SavedAfter then) =>
        then.Failure is { } failure ? new AfterStop.Retry(SavedFailures.Restore(failure), Time(then.ReadyFor))
        : then.Restarts ? new AfterStop.Restart() : new AfterStop.Stay();

    private static TimeSpan? Time(long? ticks) => ticks is { } some ? new TimeSpan(some) : null;
}
