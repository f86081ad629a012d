using System.Globalization;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// A small process that ends what is left of the workers when the daemon has ended without doing it: Native/guard.c. The
/// kernel ends the workers themselves with the daemon, but none of their children.
/// </summary>
internal sealed unsafe class Guard : IDisposable
{
    /// <summary>The variable by which the guard knows what came of the daemon's workers.</summary>
    public const string Variable = "REUSEPORT_DAEMON";

    /// <summary>For its last look at /proc, where there is nothing to be ended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Descriptor _pipe;
    private readonly Pidfd _process;

    private Guard(in Native.Guarding guarding)
    {
        (Handle, Pid) = (guarding.Guard, guarding.Pid);
        _pipe = new Descriptor(guarding.Pipe);
        _process = new Pidfd(guarding.Pidfd, guarding.Pid);
    }

    /// <summary>0 once it was reaped.</summary>
    public int Pid { get; private set; }

    internal nint Handle { get; }

    /// <summary>What no other daemon's workers have: the value of <see cref="Variable"/>.</summary>
    public static string OwnId() => string.Create(
        CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{ProcessEntry.Of(Environment.ProcessId)?.StartTime ?? 0}");

    /// <param name="id">Value of <see cref="Variable"/> of the processes that it is to end.</param>
    /// <param name="groups">Where the workers have their control groups, which it ends first; null where they have none.</param>
    /// <param name="errno">Why there is none.</param>
    public static Guard? TryStart(string id, CgroupSubtree? groups, out Errno errno)
    {
        Native.Guarding guarding;
        errno = new Errno(Native.StartGuard($"{Variable}={id}", groups?.Directory.Number ?? -1, &guarding));
        return errno == Errno.None ? new Guard(guarding) : null;
    }

    /// <summary>
    /// A worker was reaped. Its number may soon be another's session, which must not be taken for the worker's.
    /// </summary>
    public void Forget(int worker) => Native.ForgetSession(Handle, worker);

    /// <summary>Reaps it if it has ended.</summary>
    /// <returns>Null while it runs.</returns>
    public ExitStatus? Reap()
    {
        if (_process.Wait(out var status) != Errno.None || status is not null) Pid = 0;
        return status;
    }

    /// <summary>Lets it do its work, as the daemon's end would, and reaps it.</summary>
    public void Dispose()
    {
        _pipe.Dispose();
        if (Pid != 0 && _process.WaitForEnd(Patience)) Reap();
        _process.Dispose();
    }
}
