namespace Reuseportd.Runtime.Handover;

/// <summary>A socket of the daemon's own that listens.</summary>
/// <param name="Address">With the port, or a path: <c>127.0.0.1:9181</c>, <c>unix:/run/reuseportd/metrics.sock</c>.</param>
internal sealed record SavedListener(string Address, int Number)
{
    /// <summary>The lock beside the path; null for a port.</summary>
    public int? LockFile { get; init; }
}
