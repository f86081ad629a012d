using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Handover;

/// <summary>Failures of slots as values of a text. Pure.</summary>
internal static class SavedFailures
{
    private const string MissingPorts = "NotReady.Ports";
    private const string MissingSettleTime = "NotReady.SettleTime";
    private const string MissingNotification = "NotReady.Notification";
    private const string MissingProbe = "NotReady.Probe";

    public static SavedFailure Save(SlotFailure failure) => failure switch
    {
        SlotFailure.NotReady { Missing: var missing } => Save(missing),
        SlotFailure.GaveUp gave => new SavedFailure(nameof(SlotFailure.GaveUp))
        {
            Restarts = gave.Restarts, Time = gave.Window.Ticks, Last = Save(gave.Last),
        },
        _ => new SavedFailure(failure.GetType().Name)
        {
            Status = (failure as SlotFailure.Ended)?.Status ?? (failure as SlotFailure.EndedForGood)?.Status,
            Error = failure is SlotFailure.NotStarted { Error: { } error }
                ? new SavedError(error.Step, error.Value, error.Errno.Number, error.Barrier)
                : null,
            Text = (failure as SlotFailure.NoRoom)?.Limit ?? (failure as SlotFailure.NoAnswer)?.Failure,
            Time = (failure as SlotFailure.AcceptsNothing)?.For.Ticks ?? 0,
        },
    };

    /// <exception cref="FormatException">The failure has no such name, or misses a value.</exception>
    public static SlotFailure Restore(SavedFailure saved) => saved.Kind switch
    {
        nameof(SlotFailure.Ended) when saved.Status is { } status => new SlotFailure.Ended(status),
        nameof(SlotFailure.EndedForGood) when saved.Status is { } status => new SlotFailure.EndedForGood(status),
        nameof(SlotFailure.NotStarted) => new SlotFailure.NotStarted(Restore(saved.Error)),
        nameof(SlotFailure.NoRoom) when saved.Text is { } limit => new SlotFailure.NoRoom(limit),
        nameof(SlotFailure.NoAnswer) when saved.Text is { } failure => new SlotFailure.NoAnswer(failure),
        nameof(SlotFailure.AcceptsNothing) => new SlotFailure.AcceptsNothing(new TimeSpan(saved.Time)),
        nameof(SlotFailure.GaveUp) when saved.Last is { } last =>
            new SlotFailure.GaveUp(saved.Restarts, new TimeSpan(saved.Time), Restore(last)),
        MissingSettleTime => new SlotFailure.NotReady(new MissingReadiness.SettleTime(new TimeSpan(saved.Time))),
        MissingNotification => new SlotFailure.NotReady(new MissingReadiness.Notification()),
        MissingProbe => new SlotFailure.NotReady(new MissingReadiness.Probe(saved.Text)),
        MissingPorts when saved.Coverage is { } coverage =>
            new SlotFailure.NotReady(new MissingReadiness.Ports(Restore(coverage))),
        _ => throw new FormatException($"failure {saved.Kind}"),
    };

    private static SavedFailure Save(MissingReadiness missing) => missing switch
    {
        MissingReadiness.SettleTime settle => new SavedFailure(MissingSettleTime) { Time = settle.Settle.Ticks },
        MissingReadiness.Notification => new SavedFailure(MissingNotification),
        MissingReadiness.Probe probe => new SavedFailure(MissingProbe) { Text = probe.Failure },
        MissingReadiness.Ports { Coverage: var coverage } => new SavedFailure(MissingPorts)
        {
            Coverage = new SavedCoverage([.. coverage.Filter.Ranges], [.. coverage.Served]),
        },
        _ => throw new InvalidOperationException($"no such condition: {missing}"),
    };

    private static SpawnError? Restore(SavedError? error) =>
        error is null ? null : new SpawnError(error.Step, error.Value, new Errno(error.Errno)) { Barrier = error.Cause };

    private static PortCoverage Restore(SavedCoverage coverage)
    {
        if (coverage.Served.Length != Math.Max(1, coverage.Ranges.Length)) throw new FormatException("ports of a failure");
        return new PortCoverage(new PortFilter([.. coverage.Ranges]), [.. coverage.Served]);
    }
}
