using System.Globalization;

namespace Reuseportd.Model;

/// <summary>
/// Descriptors of the daemon: how many its workers may take, so that enough are left for clients, probes, files and a reload.
/// </summary>
/// <param name="Limit">RLIMIT_NOFILE of the daemon (getrlimit(2)).</param>
internal sealed record DescriptorBudget(long Limit)
{
    private const long LeastReserve = 128;
    private const long MostReserve = 1_024;

    /// <summary>Kept for the daemon itself: a sixteenth of the limit, between 128 and 1,024, and never more than half.</summary>
    public long Reserve => Math.Min(Limit / 2, Math.Clamp(Limit / 16, LeastReserve, MostReserve));

    public long ForWorkers => Limit - Reserve;

    /// <summary>As <c>RLIMIT_NOFILE is 20000, and 1024 of that are kept for the daemon</c>.</summary>
    public string Words => string.Create(CultureInfo.InvariantCulture, $"RLIMIT_NOFILE is {Limit}, and {Reserve} of that are kept for the daemon");

    /// <summary>Descriptors that a process costs while it runs: its pidfd, and a pipe for each stream that comes here.</summary>
    public static int For(ProcessSpec process) => 1 + PipesOf(process.Stdout) + PipesOf(process.Stderr);

    private static int PipesOf(OutputTarget target) => target is OutputTarget.Journal or OutputTarget.File ? 1 : 0;
}
