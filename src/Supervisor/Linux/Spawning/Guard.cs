using System.Globalization;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// A small process that kills the remaining processes of workers if the daemon ends without doing so: Native/Guard/guard.c. If a
/// successor is expected, the guard first waits for it, and keeps the daemon's descriptors meanwhile: they share one table.
/// </summary>
internal sealed unsafe class Guard : IDisposable
{
    /// <summary>The environment variable that marks the processes of the daemon's workers.</summary>
    public const string Variable = "REUSEPORT_DAEMON";

    /// <summary>The most restarts in <see cref="RestartPeriod"/>: something kills each guard.</summary>
    private const int MostRestarts = 10;

    private static readonly TimeSpan RestartPeriod = TimeSpan.FromMinutes(10);

    /// <summary>Longest wait for the guard's last search of /proc, which finds no process in a normal stop.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Descriptor _guardsEnd;
    private readonly Descriptor _daemon;
    private readonly int _groups;
    private Pidfd _process;
    private readonly Queue<TimeSpan> _restarts = [];

    private Guard(in Native.Guarding guarding, int groups)
    {
        (Handle, Id, Pid, _groups) = (guarding.Guard, guarding.Pid, guarding.Pid, groups);
        (Socket, _guardsEnd, _daemon) = (new(guarding.Socket), new(guarding.GuardsEnd), new(guarding.Daemon));
        _process = new Pidfd(guarding.Pidfd, guarding.Pid);
    }

    /// <summary>Identifies the guard, also after a <see cref="Restart"/>.</summary>
    public int Id { get; }

    /// <summary>0 after the guard was reaped.</summary>
    public int Pid { get; private set; }

    internal nint Handle { get; }

    /// <summary>A value of <see cref="Variable"/> that no other daemon uses.</summary>
    public static string OwnId() => string.Create(
        CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{ProcessEntry.Of(Environment.ProcessId)?.StartTime ?? 0}");

    /// <param name="id">Value of <see cref="Variable"/> in the processes to kill.</param>
    /// <param name="groups">The workers' control groups, which are killed first; null without control groups.</param>
    /// <param name="isSecond">
    /// True while a former guard keeps the workers: until <see cref="Expect"/>, the guard does nothing if the daemon dies.
    /// </param>
    /// <param name="errno">The reason why there is no guard.</param>
    public static Guard? TryStart(string id, CgroupSubtree? groups, bool isSecond, out Errno errno)
    {
        Native.Guarding guarding;
        var directory = groups?.Directory.Number ?? -1;
        errno = new Errno(Native.StartGuard($"{Variable}={id}", directory, isSecond ? -1 : 0, &guarding));
        return errno == Errno.None ? new Guard(guarding, directory) : null;
    }

    /// <summary>Adds a worker that an earlier guard knew.</summary>
    public void Remember(int worker) => Native.RememberSession(Handle, worker);

    /// <summary>
    /// The guard does its work when every copy of this is closed. A successor of the daemon needs it, see
    /// <see cref="FormerGuard"/>.
    /// </summary>
    public Descriptor Socket { get; }

    /// <summary>
    /// If the daemon ends without <see cref="Dispose"/>, the guard waits for a successor before it kills the workers.
    /// </summary>
    /// <param name="patience">In whole seconds.</param>
    public void Expect(TimeSpan patience) => Native.ExpectSuccessor(Handle, (int)patience.TotalSeconds);

    /// <summary>Removes a reaped worker. Another session may get its number, and must not count as the worker's.</summary>
    public void Forget(int worker) => Native.ForgetSession(Handle, worker);

    /// <summary>Reaps the guard if it has ended.</summary>
    /// <returns>Null while it runs.</returns>
    public ExitStatus? Reap()
    {
        if (_process.Wait(out var status) != Errno.None || status is not null) Pid = 0;
        return status;
    }

    /// <summary>Starts another guard in place of one that was killed, with the same socket. Takes a millisecond.</summary>
    /// <returns>EAGAIN if too many were killed.</returns>
    public Errno Restart(TimeSpan now)
    {
        while (_restarts.TryPeek(out var first) && now - first > RestartPeriod) _restarts.Dequeue();
        if (_restarts.Count == MostRestarts) return Errno.Again;
        _restarts.Enqueue(now);
        var guarding = new Native.Guarding
        {
            Guard = Handle, Socket = Socket.Number, GuardsEnd = _guardsEnd.Number, Daemon = _daemon.Number,
        };
        var errno = new Errno(Native.RestartGuard(&guarding, _groups));
        if (errno != Errno.None) return errno;
        _process.Dispose();
        (_process, Pid) = (new Pidfd(guarding.Pidfd, guarding.Pid), guarding.Pid);
        return Errno.None;
    }

    /// <summary>Makes the guard do its work, as the end of the daemon would, and reaps it.</summary>
    public void Dispose()
    {
        // The service manager may have a copy of the socket.
        if (!Socket.IsClosed) new FormerGuard(Socket).Release();
        if (Pid != 0 && _process.WaitForEnd(Patience)) Reap();
        _process.Dispose();
        _guardsEnd.Dispose();
        _daemon.Dispose();
    }
}
