using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>The parts of a service that its probes depend on.</summary>
/// <param name="Ports">The sharded ports; null if they have errors.</param>
internal sealed record ProbedService(string Name, int Workers, PortFilter? Ports);

internal enum ProbeType
{
    Tcp,
    Http,
    Dns,
    Exec,
}

/// <summary>The keys of a probe, shared by <c>readiness</c> and <c>liveness</c>.</summary>
internal static class ProbeReader
{
    /// <summary>Each zone has a SOA record at its top.</summary>
    private const DnsType DefaultQuery = DnsType.Soa;

    private const string PortAccepts =
        "a port from 1 to 65535, or a text with a placeholder for the worker, such as \"{9000+worker}\"";

    private static readonly Key PortKey = new(
        "port", new Shape.AnyOf(Ports.One, new Shape.Text("[{]")),
        "Port to probe, with type tcp, http and dns: a number, or a text with a placeholder such as \"{9000+worker}\". "
        + "Default: the first sharded port.");

    private static readonly Key Path =
        new("path", new Shape.Text("^/[!-~]*$"), "Path to request, with type http. A status from 200 to 399 is a success.") {
            Default = "/",
        };

    private static readonly Key DomainName = new(
        "name", new Shape.Text(DomainNames.Pattern),
        "Name to query, with type dns, over TCP. Any answer but SERVFAIL and REFUSED is a success.");

    public static readonly Words<DnsType> QueryTypes = new(
        ("A", DnsType.A), ("AAAA", DnsType.Aaaa), ("CNAME", DnsType.Cname), ("MX", DnsType.Mx), ("NS", DnsType.Ns),
        ("PTR", DnsType.Ptr),
        ("SOA", DnsType.Soa), ("SRV", DnsType.Srv), ("TXT", DnsType.Txt));

    private static readonly Key QueryType =
        Key.Choice("qtype", QueryTypes, "Type of record to query, with type dns.", DefaultQuery);

    private static readonly Key Command =
        new(
            "command", CommandReader.Shape,
            "Command to run, with type exec, as the worker's user and with its environment. Exit code 0 is a success.");

    public static readonly IReadOnlyList<Key> Keys = [PortKey, Path, DomainName, QueryType, Command];

    public static readonly IReadOnlyList<Rule> Rules =
    [
        new Rule.OnlyWith(PortKey.Name, "type", "tcp", "http", "dns"), new Rule.OnlyWith(Path.Name, "type", "http"),
        new Rule.OnlyWith(DomainName.Name, "type", "dns"), new Rule.NeededBy(DomainName.Name, "type", "dns"),
        new Rule.OnlyWith(QueryType.Name, "type", "dns"),
        new Rule.OnlyWith(Command.Name, "type", "exec"), new Rule.NeededBy(Command.Name, "type", "exec"),
    ];

    /// <summary>Reads the keys, and reports keys that do not apply to the type. Returns null for other types.</summary>
    /// <param name="typeField">The type's value; null if the type is the default.</param>
    /// <param name="place">Place of the section.</param>
    public static ProbeSpec? Read(Section section, ProbeType? type, Field? typeField, Place place, ProbedService service)
    {
        var port = Port(section, service);
        var path = HttpPath(section);
        var name = section.DomainName(DomainName);
        var query = QueryTypes.Read(section, QueryType);
        var command = section.Find(Command) is { } field ? CommandReader.Read(field) : [];
        Only(section, PortKey, "tcp, http or dns", IsNetwork(type));
        Only(section, Path, "http", type is ProbeType.Http);
        Only(section, DomainName, "dns", type is ProbeType.Dns);
        Only(section, QueryType, "dns", type is ProbeType.Dns);
        Only(section, Command, "exec", type is ProbeType.Exec);
        Needs(section, type, typeField, place, service);
        return type switch
        {
            ProbeType.Tcp => new ProbeSpec.Tcp(port),
            ProbeType.Http => new ProbeSpec.Http(path ?? "/", port),
            ProbeType.Dns => new ProbeSpec.Dns(name ?? ".", query ?? DefaultQuery, port),
            ProbeType.Exec => new ProbeSpec.Exec(command),
            _ => null,
        };
    }

    public static void Only(Section section, Key key, string types, bool fits)
    {
        if (!fits && section.Find(key) is { } field) field.KeyError($"is allowed only with type {types}");
    }

    private static void Needs(Section section, ProbeType? type, Field? typeField, Place place, ProbedService service)
    {
        var needed = type switch
        {
            ProbeType.Dns => DomainName,
            ProbeType.Exec => Command,
            _ => null,
        };
        if (needed is not null && section.Find(needed) is null)
            section.Missing(needed.Name, $"type {typeField!.Value.Node.Description} needs it", place);
        if (IsNetwork(type) && service.Ports is { IsAny: true } && section.Find(PortKey) is null)
            section.Missing(
                PortKey.Name, $"type {typeField!.Value.Node.Description} needs it if 'reuseport.ports' is any", place);
    }

    private static bool IsNetwork(ProbeType? type) => type is ProbeType.Tcp or ProbeType.Http or ProbeType.Dns;

    private static Template? Port(Section section, ProbedService service)
    {
        if (section.Find(PortKey) is not { } field || field.Text(PortAccepts) is not { } text) return null;
        if (field.Template(text) is not { } port) return null;
        if (IsPort(port.Expand(new WorkerName(service.Name, 0)))
            && IsPort(port.Expand(new WorkerName(service.Name, service.Workers - 1))))
            return port;
        field.Refuse(PortAccepts);
        return null;
    }

    private static bool IsPort(string text) =>
        text.Length is > 0 and <= 5 && text.All(char.IsAsciiDigit) && int.Parse(text, null) is > 0 and <= 65535;

    private static string? HttpPath(Section section)
    {
        const string accepts = "the path of a URL such as /health";
        if (section.Find(Path) is not { } field || field.Text(accepts) is not { } path) return null;
        if (path.StartsWith('/') && path.All(c => c is > ' ' and < '\x7F')) return path;
        field.Refuse(accepts);
        return null;
    }
}
