namespace Reuseportd.Model;

/// <summary>A probe by which the daemon finds out whether a worker serves.</summary>
internal abstract record ProbeSpec
{
    private ProbeSpec() { }

    /// <summary>The worker accepts a connection.</summary>
    /// <param name="Port">A port, possibly with a placeholder for the worker; null for the first sharded port.</param>
    internal sealed record Tcp(Template? Port) : ProbeSpec;

    /// <summary>The worker answers <c>GET</c> <paramref name="Path"/> with a status from 200 to 399.</summary>
    /// <param name="Port">See <see cref="Tcp"/>.</param>
    internal sealed record Http(string Path, Template? Port) : ProbeSpec;

    /// <summary>The worker answers a DNS query over TCP with neither SERVFAIL nor REFUSED (RFC 1035, RFC 7766).</summary>
    /// <param name="Name">Without a dot at the end; the root is a single dot.</param>
    /// <param name="Port">See <see cref="Tcp"/>.</param>
    internal sealed record Dns(string Name, DnsType Type, Template? Port) : ProbeSpec;

    /// <summary><paramref name="Command"/> exits with 0; it runs with the worker's user, environment and limits.</summary>
    internal sealed record Exec(ValueList<Template> Command) : ProbeSpec;
}
