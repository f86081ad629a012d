namespace Reuseportd.Model;

/// <summary>When a new process counts as serving; past <paramref name="Timeout"/> its start has failed.</summary>
internal abstract record ReadinessSpec(TimeSpan Timeout)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>All ports it is to shard are listening (UDP: bound).</summary>
    internal sealed record Bind(TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>The process says <c>READY=1</c>, as sd_notify(3) does.</summary>
    internal sealed record Notify(TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>It has lived for <paramref name="After"/>.</summary>
    internal sealed record Delay(TimeSpan After, TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>It accepts a connection on <paramref name="Port"/>, or on the first sharded port where null.</summary>
    internal sealed record Tcp(int? Port, TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>It answers <c>GET</c> <paramref name="Path"/> with a status from 200 to 399.</summary>
    internal sealed record Http(string Path, int? Port, TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary><paramref name="Command"/> exits with 0.</summary>
    internal sealed record Exec(ValueList<Template> Command, TimeSpan Timeout) : ReadinessSpec(Timeout);
}
