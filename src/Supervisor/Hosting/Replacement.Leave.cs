using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Hosting;

/// <content>The end of the daemon while its workers run on.</content>
internal sealed partial class Replacement
{
    /// <summary>The longest wait for starts in progress when the daemon ends.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(5);

    /// <summary>Bounds the end of a daemon whose workers run on: the check of its state, and the last writes.</summary>
    public static TimeSpan LongestLeave =>
        LongestStart + (2 * (CheckPatience + OutputLoop.WriteWithin + DaemonEnd.FlushWithin)) + LongestEnd;

    /// <summary>True if the fleet was handed over to a successor, and not to a new program of this process.</summary>
    public bool Leaves { get; private set; }

    /// <summary>True if the workers are left to their guard as after the death of the daemon, without a hand-over.</summary>
    public bool LeavesToGuard { get; private set; }

    /// <summary>
    /// Leaves the workers of an earlier daemon, and its control socket, to their guard. Must be called while the host stops, if
    /// the loop has not begun.
    /// </summary>
    public void LeaveUntaken()
    {
        if (initial.Inheritance is not null) LeaveToGuard();
    }

    /// <summary>
    /// Leaves the fleet to a successor that the service manager starts. If it cannot be handed over in time, the successor takes
    /// it over as after the death of this daemon. Must be called while the host stops, after <see cref="ForbidAsync"/>.
    /// </summary>
    /// <returns>False if the successor will not take the workers over, so that they must end with the daemon.</returns>
    public async Task<bool> LeaveAsync()
    {
        if (resources.Keeping is not { } keeping || HandedOver is not null) return false;
        // The loop answers when it has its services, so the keeping has begun.
        _ = await AnswerAsync(isTrial: true);
        await keeping.Begun;
        if (!keeping.CanLeave) return false;
        var (refusal, obstacle) = await TryLeaveAsync();
        if (refusal is not null)
        {
            log.NotReplaced(refusal);
            return false;
        }

        if (obstacle is not null)
        {
            log.NotHandedOver(obstacle);
            LeaveToGuard();
            // What the workers write from now on is for the successor.
            _paused = await output.PauseAsync();
            keeping.End([.. _paused.Streams.Select(Save)], totals: null);
            return true;
        }

        keeping.End(HandedOver!.Streams, HandedOver.Totals);
        return Leaves = true;
    }

    private void LeaveToGuard()
    {
        // The guard has the same socket, and clients wait in its queue.
        resources.Socket.KeepListening();
        host.Value.ShutdownTimeout = LongestEnd;
        LeavesToGuard = true;
    }

    /// <summary>Hands the fleet over if the program on disk takes its state.</summary>
    /// <returns>
    /// The reason why the program does not take the state, or the reason why the fleet cannot be handed over in time; neither
    /// after a hand-over.
    /// </returns>
    private async Task<(string? Refusal, string? Obstacle)> TryLeaveAsync()
    {
        var since = time.GetTimestamp();
        var isChecked = false;
        while (true)
        {
            var answer = await AnswerAsync(isTrial: true);
            // A state without the workers that are starting cannot be checked.
            if (answer.Obstacle is null && !isChecked)
            {
                // Without an answer of the program there is no reason to stop workers: it may take the state.
                if (await CheckAsync(StateOf(answer, []), CancellationToken.None) is { IsUnknown: false, Problem: { } refusal })
                    return (refusal, null);
                isChecked = true;
            }

            var obstacle = isChecked ? await (_handOver = HandOverAsync()) : answer.Obstacle;
            if (obstacle is null || time.GetElapsedTime(since) > LongestStart) return (null, obstacle);
            await Task.Delay(BetweenTries, time);
        }
    }

    /// <param name="Problem">The reason why a program does not take the state; null if it takes it.</param>
    /// <param name="IsUnknown">True if it did not answer in time, or the host had no resources for it.</param>
    private readonly record struct StateCheck(string? Problem, bool IsUnknown = false);
}
