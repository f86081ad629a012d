using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>The CPUs that the daemon and its workers may use.</summary>
internal static unsafe class CpuSet
{
    private const int MostBytes = 64 * 1024;

    /// <summary>Numbers of the CPUs in this thread's affinity (sched_getaffinity(2)), ascending.</summary>
    /// <exception cref="LinuxException">Never on a working machine.</exception>
    public static ValueList<int> Allowed()
    {
        for (var size = 128; ; size *= 4)
        {
            var mask = new byte[size];
            int length;
            fixed (byte* into = mask) length = Libc.GetAffinity(0, (nuint)size, into);
            if (length >= 0) return CpusOf(mask);
            var errno = Libc.LastErrno;
            if (errno != Errno.InvalidArgument || size >= MostBytes) throw new LinuxException("sched_getaffinity", errno);
        }
    }

    /// <summary>
    /// The number of workers for <c>workers: auto</c>: one for each usable CPU, but not more than the quota allows.
    /// </summary>
    /// <param name="quota">Quota in CPUs; null without a quota.</param>
    public static int Workers(int cpus, double? quota) =>
        Math.Max(1, quota is { } paid ? (int)Math.Min(cpus, Math.Ceiling(paid)) : cpus);

    /// <summary>As <see cref="Workers(int, double?)"/>, for this machine.</summary>
    public static int Workers() => Workers(Allowed().Count, CpuQuota.Read());

    /// <summary>
    /// As <see cref="For(CpuAffinity?, int, ValueList{int})"/>, with the CPUs that are allowed now; they may change while the
    /// daemon runs.
    /// </summary>
    public static ValueList<int> For(CpuAffinity? affinity, int worker) =>
        For(affinity, worker, affinity is CpuAffinity.Spread ? Allowed() : []);

    /// <summary>The CPUs of copy <paramref name="worker"/>; empty for all.</summary>
    public static ValueList<int> For(CpuAffinity? affinity, int worker, ValueList<int> allowed) => affinity switch
    {
        CpuAffinity.Spread when allowed.Count > 0 => [allowed[worker % allowed.Count]],
        CpuAffinity.List list => list.Cpus,
        _ => [],
    };

    private static ValueList<int> CpusOf(byte[] mask) =>
        new([.. Enumerable.Range(0, mask.Length * 8).Where(cpu => (mask[cpu / 8] & 1 << cpu % 8) != 0)]);
}
