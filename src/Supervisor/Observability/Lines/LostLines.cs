namespace Reuseportd.Observability.Lines;

/// <summary>Counts lines of workers that reached no destination. Thread-safe.</summary>
internal sealed class LostLines
{
    private readonly long[] _counts = new long[Enum.GetValues<LineLoss>().Length];

    public void Add(LineLoss reason, long count) => Interlocked.Add(ref _counts[(int)reason], count);

    public long Of(LineLoss reason) => Interlocked.Read(ref _counts[(int)reason]);
}

/// <summary>The reason why lines are lost.</summary>
internal enum LineLoss
{
    /// <summary>The worker wrote more lines than its service allows.</summary>
    RateLimit,

    /// <summary>The destination of the log did not take them in time.</summary>
    Log,

    /// <summary>The file system of an output file did not take them.</summary>
    File,
}
