using Reuseportd.Observability.Events;

namespace Reuseportd.Hosting;

/// <content>The end of the daemon while its workers run on.</content>
internal sealed partial class Replacement
{
    /// <summary>The longest wait for starts in progress when the daemon ends.</summary>
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(5);

    /// <summary>True if the fleet was handed over to a successor, and not to a new program of this process.</summary>
    public bool Leaves { get; private set; }

    /// <summary>True if this program has not taken over the workers of a dead daemon, and leaves them to their guard.</summary>
    public bool LeavesUntaken { get; private set; }

    /// <summary>
    /// Leaves the workers of a dead daemon, and its control socket, to their guard. Must be called while the host stops, if the
    /// loop has not begun.
    /// </summary>
    public void LeaveUntaken()
    {
        if (initial.Inheritance is not { IsOfAnotherProcess: true }) return;
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
        var since = time.GetTimestamp();
        if (await RefusalAsync() is { } refusal)
        {
            log.NotReplaced(refusal);
            return false;
        }

        while (await HandOverAsync() is not null)
        {
            if (time.GetElapsedTime(since) > LongestLeave) return false;
            await Task.Delay(BetweenTries, time);
        }

        keeping.End(HandedOver!.Streams);
        return Leaves = true;
    }

    /// <summary>The reason why the program on disk does not take the present state; null if it does.</summary>
    private async Task<string?> RefusalAsync()
    {
        var answer = await AskAsync(isTrial: true);
        return answer.Obstacle is null ? await CheckAsync(StateOf(answer, []), CancellationToken.None) : null;
    }
}
