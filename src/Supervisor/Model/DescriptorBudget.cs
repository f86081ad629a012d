using System.Globalization;

namespace Reuseportd.Model;

/// <summary>
/// Shares the daemon's file descriptors between workers and the daemon's own clients, probes, files and reloads.
/// </summary>
/// <param name="Limit">RLIMIT_NOFILE of the daemon (getrlimit(2)).</param>
internal sealed record DescriptorBudget(long Limit)
{
    private const long LeastReserve = 128;
    private const long MostReserve = 1_024;

    /// <summary>Kept for the daemon: a sixteenth of the limit, between 128 and 1,024, and at most half.</summary>
    public long Reserve => Math.Min(Limit / 2, Math.Clamp(Limit / 16, LeastReserve, MostReserve));

    public long ForWorkers => Limit - Reserve;

    /// <summary>Such as <c>RLIMIT_NOFILE is 20000, and 1024 of that are kept for the daemon</c>.</summary>
    public string Words => string.Create(
        CultureInfo.InvariantCulture, $"RLIMIT_NOFILE is {Limit}, and {Reserve} of that are kept for the daemon");

    /// <summary>
    /// Descriptors that the daemon holds for a running process: a pidfd, a pipe for each stream that the daemon reads, and the
    /// listener of a seccomp filter. Method <c>auto</c> chooses the filter only at the start; that listener counts from then on.
    /// </summary>
    public static int For(ProcessSpec process) =>
        1 + PipesOf(process.Stdout) + PipesOf(process.Stderr) + (process.Reuseport.Method is ShardingMethod.Seccomp ? 1 : 0);

    private static int PipesOf(OutputTarget target) => target.IsPipe ? 1 : 0;
}
