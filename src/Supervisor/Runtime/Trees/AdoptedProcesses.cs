using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Trees;

/// <summary>Orphans of workers: children of the daemon that it did not start.</summary>
internal static class AdoptedProcesses
{
    private const int MostRounds = 1_000;

    /// <summary>Time that a process gets to end after SIGKILL before the next look.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(5);

    /// <summary>Kills and reaps all orphans when the daemon ends. The wait is bounded.</summary>
    public static void End(Func<int, bool> isOwn)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            Subreaper.Reap(isOwn);
            var orphans = Subreaper.AdoptedProcesses(isOwn);
            if (orphans.Count == 0) return;
            var isPatient = true;
            foreach (var pid in orphans)
            {
                using var orphan = Pidfd.Open(pid, out _);
                orphan?.SendSignal(Signal.Kill);
                // Wait once per round only: many processes that hang in the kernel then delay the daemon's end no longer than
                // one does.
                if (isPatient && orphan?.WaitForEnd(BetweenRounds) == false) isPatient = false;
            }
        }
    }
}
