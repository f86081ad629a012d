namespace Reuseportd.Model;

/// <summary>The failed step before exec, its argument and its error: <c>setrlimit nofile=1048576: EPERM</c>.</summary>
internal sealed record SpawnError(string Step, string Value, Errno Errno)
{
    /// <summary>The cause, such as <c>the hard limit is 4096</c>; null if unknown.</summary>
    public string? Barrier { get; init; }

    public override string ToString() =>
        $"{Step}{(Value.Length == 0 ? "" : $" {Value}")}: {Errno}{(Barrier is null ? "" : $" ({Barrier})")}";
}
