using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>The CPUs that the daemon may use, and so its workers.</summary>
internal static unsafe class CpuSet
{
    private const int MostBytes = 64 * 1024;

    /// <summary>Numbers of the CPUs in the affinity of this thread (sched_getaffinity(2)), ascending.</summary>
    /// <exception cref="LinuxException">Never on a whole machine.</exception>
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
    /// What <c>workers: auto</c> means: one for each CPU that may be used, and no more than the quota pays for.
    /// </summary>
    /// <param name="quota">CPUs' worth of time, or null without a quota.</param>
    public static int Workers(int cpus, double? quota) =>
        Math.Max(1, quota is { } paid ? (int)Math.Min(cpus, Math.Ceiling(paid)) : cpus);

    /// <summary>As <see cref="Workers(int, double?)"/>, of this machine.</summary>
    public static int Workers() => Workers(Allowed().Count, CpuQuota.Read());

    /// <summary>
    /// As <see cref="For(CpuAffinity?, int, ValueList{int})"/>, by what is allowed now: it may change while the daemon runs.
    /// </summary>
    public static ValueList<int> For(CpuAffinity? affinity, int worker) =>
        For(affinity, worker, affinity is CpuAffinity.Spread ? Allowed() : []);

    /// <summary>Where copy <paramref name="worker"/> runs; empty for anywhere.</summary>
    public static ValueList<int> For(CpuAffinity? affinity, int worker, ValueList<int> allowed) => affinity switch
    {
        CpuAffinity.Spread when allowed.Count > 0 => [allowed[worker % allowed.Count]],
        CpuAffinity.List list => list.Cpus,
        _ => [],
    };

    private static ValueList<int> CpusOf(byte[] mask) =>
        new([.. Enumerable.Range(0, mask.Length * 8).Where(cpu => (mask[cpu / 8] & 1 << cpu % 8) != 0)]);
}
