using Reuseportd.Observability.Events;

namespace Reuseportd.Hosting;

/// <content>The end of the daemon while its workers run on.</content>
internal sealed partial class Replacement
{
    /// <summary>The longest wait for starts in progress when the daemon ends.</summary>
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(5);

    /// <summary>True if the fleet was handed over to a successor, and not to a new program of this process.</summary>
    public bool Leaves { get; private set; }

    /// <summary>True if this program has not taken over the workers of an earlier one, and leaves them to their guard.</summary>
    public bool LeavesUntaken { get; private set; }

    /// <summary>
    /// Leaves the workers of an earlier daemon, and its control socket, to their guard. Must be called while the host stops, if
    /// the loop has not begun.
    /// </summary>
    public void LeaveUntaken()
    {
        if (initial.Inheritance is null) return;
        // The guard has the same socket, and clients wait in its queue.
        resources.Socket.KeepListening();
        LeavesUntaken = true;
    }

    /// <summary>
    /// Leaves the fleet to a successor that the service manager starts. Must be called while the host stops, after
    /// <see cref="ForbidAsync"/>.
    /// </summary>
    /// <returns>False if that cannot be done, so that the workers must end with the daemon.</returns>
    public async Task<bool> LeaveAsync()
    {
        if (resources.Keeping is not { } keeping || HandedOver is not null) return false;
        await keeping.Begun;
        if (!keeping.CanLeave) return false;
        if (await TryLeaveAsync() is { } refusal)
        {
            log.NotReplaced(refusal);
            return false;
        }

        keeping.End(HandedOver!);
        return Leaves = true;
    }

    /// <summary>Hands the fleet over if the program on disk takes its state.</summary>
    /// <returns>The reason why the fleet is not handed over; null after a hand-over.</returns>
    private async Task<string?> TryLeaveAsync()
    {
        var since = time.GetTimestamp();
        var isChecked = false;
        while (true)
        {
            var answer = await AskAsync(isTrial: true);
            // A state without the workers that are starting cannot be checked.
            if (answer.Obstacle is null && !isChecked)
            {
                if (await CheckAsync(StateOf(answer, []), CancellationToken.None) is { } refused) return refused;
                isChecked = true;
            }

            var obstacle = isChecked ? await (_handOver = HandOverAsync()) : answer.Obstacle;
            if (obstacle is null || time.GetElapsedTime(since) > LongestLeave) return obstacle;
            await Task.Delay(BetweenTries, time);
        }
    }
}
