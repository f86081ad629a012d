using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Trees;

/// <summary>A child that has ended and that the daemon did not spawn.</summary>
internal readonly record struct Stranger(int Pid, ExitStatus Status);

/// <summary>
/// Makes the daemon the parent of its workers' orphans (PR_SET_CHILD_SUBREAPER of prctl(2), Linux 3.4). Orphans are reaped one at
/// a time by pid: waiting for any child would take the exit status of a worker.
/// </summary>
internal static unsafe class Subreaper
{
    private static readonly byte[] OwnList = Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"task/{Environment.ProcessId}/children"));

    /// <summary>
    /// Becomes the subreaper. Also resets an inherited "ignore SIGCHLD": with it, the kernel reaps all children and exit statuses
    /// are lost.
    /// </summary>
    public static Errno Become()
    {
        if (IgnoresChildren()) Libc.SetDisposition(Libc.SignalChild, Libc.DefaultDisposition);
        return Libc.ErrnoOf(Libc.ProcessControl(Libc.SetChildSubreaper, 1));
    }

    /// <summary>Children, running or ended, that are not workers.</summary>
    /// <param name="isWorker">
    /// True if this pid was spawned and is not reaped. Call it on the spawning thread: otherwise a new worker without an entry
    /// could count as adopted.
    /// </param>
    /// <exception cref="IOException">No descriptor is left to read /proc.</exception>
    public static List<int> AdoptedProcesses(Func<int, bool> isWorker) => [.. Children().Where(pid => !isWorker(pid))];

    /// <summary>
    /// A child that has ended and is not reaped; the same child until it is reaped. Does not reap. Children of threads other than
    /// the main thread are found only if the main thread's list cannot be read.
    /// </summary>
    public static int? NextEnded()
    {
        if (Handed(out _) is not { } handed) return NextEnded(Libc.WaitAny, 0);
        foreach (var pid in handed)
            if (NextEnded(Libc.WaitByPid, (uint)pid) is { } ended) return ended;
        return null;
    }

    /// <summary>Reaps one child by its pid, which no other process can have before that.</summary>
    /// <returns>Null if the process has not ended, or is not a child.</returns>
    public static ExitStatus? Reap(int pid)
    {
        Libc.SignalInfo info = default;
        var answer = Libc.WaitId(Libc.WaitByPid, (uint)pid, &info, Libc.WaitExited | Libc.WaitNoHang);
        return answer == 0 && info.Pid == pid ? Pidfd.StatusOf(info) : null;
    }

    /// <summary>Reaps adopted processes that have ended. Call it from time to time, and when a worker has ended.</summary>
    public static List<Stranger> Reap(Func<int, bool> isWorker)
    {
        var reaped = new List<Stranger>();
        foreach (var pid in AdoptedProcesses(isWorker))
        {
            if (Reap(pid) is { } status) reaped.Add(new Stranger(pid, status));
        }

        return reaped;
    }

    /// <summary>A kernel without the list (CONFIG_PROC_CHILDREN) costs a pass over /proc.</summary>
    private static IEnumerable<int> Children()
    {
        if (Handed(out var errno) is { } handed) return handed;
        if (errno != Errno.NotFound) throw new IOException($"children of the main thread: {errno}");
        return ProcessTable.Read().ChildrenOf(Environment.ProcessId).Select(entry => entry.Pid);
    }

    /// <summary>
    /// The children of the main thread. The kernel gives an orphan to the first thread of its subreaper (find_new_reaper in
    /// kernel/exit.c); workers are children of the threads that start them. So this list is short for any number of workers. It
    /// can omit a child while another one ends (proc(5)): the next call finds it.
    /// </summary>
    /// <returns>Null if the list cannot be read.</returns>
    private static List<int>? Handed(out Errno errno)
    {
        for (var size = 1024;; size *= 4)
        {
            var buffer = new byte[size];
            (var length, errno) = ProcFile.Read(Environment.ProcessId, OwnList, buffer);
            if (errno != Errno.None) return null;
            if (length < size) return Numbers(buffer.AsSpan(0, length));
        }
    }

    private static List<int> Numbers(ReadOnlySpan<byte> text)
    {
        var numbers = new List<int>();
        while (Utf8Parser.TryParse(text, out int number, out var length))
        {
            numbers.Add(number);
            // A blank follows each pid.
            text = text[Math.Min(length + 1, text.Length)..];
        }

        return numbers;
    }

    private static int? NextEnded(int kind, uint pid)
    {
        Libc.SignalInfo info = default;
        var answer = Libc.WaitId(kind, pid, &info, Libc.WaitExited | Libc.WaitNoHang | Libc.WaitNoReap);
        return answer == 0 && info.Pid != 0 ? info.Pid : null;
    }

    private static bool IgnoresChildren()
    {
        const string field = "SigIgn:";
        var status = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return status is not null
               && ulong.TryParse(
                   status.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ignored)
               && (ignored & (1UL << (Libc.SignalChild - 1))) != 0;
    }
}
