using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Trees;

/// <summary>Children of the daemon that it did not start: what workers left to it.</summary>
internal static class AdoptedProcesses
{
    private const int MostRounds = 1_000;

    /// <summary>Time that a process gets to go after SIGKILL before it is looked for again.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Kills and reaps all of them, whosever they are: for the end of the daemon. Waits for that, though not for ever.
    /// </summary>
    public static void End(Func<int, bool> isOwn)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            Subreaper.Reap(isOwn);
            var strangers = Subreaper.AdoptedProcesses(isOwn);
            if (strangers.Count == 0) return;
            var isPatient = true;
            foreach (var pid in strangers)
            {
                using var stranger = Pidfd.Open(pid, out _);
                stranger?.SendSignal(Signal.Kill);
                // Once a round: many that hang in the kernel hold up the end of the daemon no longer than one does.
                if (isPatient && stranger?.WaitForEnd(BetweenRounds) == false) isPatient = false;
            }
        }
    }
}
