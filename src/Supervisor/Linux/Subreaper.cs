using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Linux;

/// <summary>A child that the daemon did not spawn, and that has ended.</summary>
internal readonly record struct Stranger(int Pid, ExitStatus Status);

/// <summary>
/// The daemon as parent of whatever its workers orphan (PR_SET_CHILD_SUBREAPER of prctl(2), Linux 3.4). Orphans are found by
/// number and reaped one by one: waiting for "any child" would take the exit of a worker from its owner.
/// </summary>
internal static unsafe class Subreaper
{
    /// <summary>
    /// Takes the role. Also undoes an inherited "ignore SIGCHLD", under which the kernel reaps all children by itself and no exit
    /// status is ever seen.
    /// </summary>
    public static Errno Become()
    {
        if (IgnoresChildren()) Libc.SetDisposition(Libc.SignalChild, Libc.DefaultDisposition);
        return Libc.ErrnoOf(Libc.ProcessControl(Libc.SetChildSubreaper, 1));
    }

    /// <summary>Children, alive or ended, that are no workers.</summary>
    /// <param name="isWorker">
    /// Whether a pid was spawned and not yet waited for. To be asked on the thread that spawns, or a worker could be taken for a
    /// stranger between its start and its entry.
    /// </param>
    public static List<int> Strangers(Func<int, bool> isWorker) => [.. Children().Where(pid => !isWorker(pid))];

    /// <summary>
    /// A child that has ended and was not reaped, worker or stranger; the same one until it is reaped. Does not reap.
    /// </summary>
    public static int? NextEnded()
    {
        Libc.SignalInfo info = default;
        var answer = Libc.WaitId(Libc.WaitAny, 0, &info, Libc.WaitExited | Libc.WaitNoHang | Libc.WaitNoReap);
        return answer == 0 && info.Pid != 0 ? info.Pid : null;
    }

    /// <summary>Reaps one child by its number, which is its own until then.</summary>
    /// <returns>Null when it has not ended, or is no child.</returns>
    public static ExitStatus? Reap(int pid)
    {
        Libc.SignalInfo info = default;
        var answer = Libc.WaitId(Libc.WaitByPid, (uint)pid, &info, Libc.WaitExited | Libc.WaitNoHang);
        return answer == 0 && info.Pid == pid ? Pidfd.StatusOf(info) : null;
    }

    /// <summary>Reaps the strangers that have ended. To be called now and then, and when a worker has ended.</summary>
    public static List<Stranger> Reap(Func<int, bool> isWorker)
    {
        var reaped = new List<Stranger>();
        foreach (var pid in Strangers(isWorker))
        {
            if (Reap(pid) is { } status) reaped.Add(new Stranger(pid, status));
        }

        return reaped;
    }

    /// <summary>
    /// From <c>/proc/self/task/TID/children</c>, which is short; a kernel without it (CONFIG_PROC_CHILDREN) costs a pass over
    /// /proc. The list can miss one while another goes (proc(5)): the next call sees it.
    /// </summary>
    private static IEnumerable<int> Children()
    {
        try
        {
            return [.. Directory.EnumerateDirectories("/proc/self/task").SelectMany(ChildrenOfTask)];
        }
        catch (FileNotFoundException)
        {
            return ProcessTable.Read().ChildrenOf(Environment.ProcessId).Select(entry => entry.Pid);
        }
    }

    private static IEnumerable<int> ChildrenOfTask(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture));
        }
        catch (IOException) when (!Directory.Exists(task))
        {
            return []; // the thread has ended; its children went to another
        }
    }

    private static bool IgnoresChildren()
    {
        const string field = "SigIgn:";
        var status = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return status is not null
               && ulong.TryParse(status.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ignored)
               && (ignored & (1UL << (Libc.SignalChild - 1))) != 0;
    }
}
