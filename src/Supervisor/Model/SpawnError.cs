namespace Reuseportd.Model;

/// <summary>The step before exec that failed, what it was given, and why: <c>setrlimit nofile=1048576: EPERM</c>.</summary>
internal sealed record SpawnError(string Step, string Value, Errno Errno)
{
    /// <summary>What stands in the way, as <c>the hard limit is 4096</c>; null where nothing is known of it.</summary>
    public string? Barrier { get; init; }

    public override string ToString() =>
        $"{Step}{(Value.Length == 0 ? "" : $" {Value}")}: {Errno}{(Barrier is null ? "" : $" ({Barrier})")}";
}
