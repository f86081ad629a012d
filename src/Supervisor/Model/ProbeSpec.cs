namespace Reuseportd.Model;

/// <summary>How a worker is asked whether it serves.</summary>
internal abstract record ProbeSpec
{
    private ProbeSpec() { }

    /// <summary>It accepts a connection.</summary>
    /// <param name="Port">The port, by worker where it has a placeholder; null for the first sharded one.</param>
    internal sealed record Tcp(Template? Port) : ProbeSpec;

    /// <summary>It answers <c>GET</c> <paramref name="Path"/> with a status from 200 to 399.</summary>
    /// <param name="Port">As of <see cref="Tcp"/>.</param>
    internal sealed record Http(string Path, Template? Port) : ProbeSpec;

    /// <summary>It answers a DNS query over TCP with neither SERVFAIL nor REFUSED (RFC 1035, RFC 7766).</summary>
    /// <param name="Name">Without a dot at its end, but for the root, which is a dot alone.</param>
    /// <param name="Port">As of <see cref="Tcp"/>.</param>
    internal sealed record Dns(string Name, DnsType Type, Template? Port) : ProbeSpec;

    /// <summary><paramref name="Command"/>, run as the worker is, exits with 0.</summary>
    internal sealed record Exec(ValueList<Template> Command) : ProbeSpec;
}
