using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>A child that the daemon did not spawn, and that has ended.</summary>
internal readonly record struct Stranger(int Pid, ExitStatus Status);

/// <summary>
/// The daemon as parent of whatever its workers orphan (PR_SET_CHILD_SUBREAPER of prctl(2), Linux 3.4). Orphans are found by
/// number and reaped one by one: waiting for "any child" would take the exit of a worker from its owner.
/// </summary>
internal static unsafe class Subreaper
{
    private static readonly byte[] OwnList = Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"task/{Environment.ProcessId}/children"));

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
    /// <exception cref="IOException">No descriptor is left to read /proc with.</exception>
    public static List<int> AdoptedProcesses(Func<int, bool> isWorker) => [.. Children().Where(pid => !isWorker(pid))];

    /// <summary>
    /// A child that has ended and was not reaped; the same one until it is reaped. Does not reap. Of children that another than
    /// the main thread started it tells only where the list of the main thread's cannot be read.
    /// </summary>
    public static int? NextEnded()
    {
        if (Handed(out _) is not { } handed) return NextEnded(Libc.WaitAny, 0);
        foreach (var pid in handed)
            if (NextEnded(Libc.WaitByPid, (uint)pid) is { } ended) return ended;
        return null;
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
    /// The children of the main thread. The kernel hands an orphan to the first thread of its subreaper (find_new_reaper in
    /// kernel/exit.c), and workers are children of the thread that started them, which is another. So however many workers there
    /// are, this list is short. It can miss one while another goes (proc(5)): the next call sees it.
    /// </summary>
    /// <returns>Null where it cannot be read.</returns>
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
            // Each is followed by a blank.
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
               && ulong.TryParse(status.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ignored)
               && (ignored & (1UL << (Libc.SignalChild - 1))) != 0;
    }
}
