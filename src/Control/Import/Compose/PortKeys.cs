using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>Published ports. A program listens on the port of the container; no address is translated on the host.</summary>
internal static class PortKeys
{
    private const string Reuseport = "reuseport";

    public static void Read(Node node, ComposeValues values, ImportedProgram program)
    {
        foreach (var item in node is ListNode list ? list.Items : [])
        {
            if (item is MapNode map) Long(map, values, program);
            else if (item is ScalarNode { IsNull: false } text) Short(values.Text(text, Reuseport), text.Place, program);
        }

        if (node is not ListNode) program.Missing(node.Place, $"ports: {node.Description} is no list", Reuseport);
    }

    private static readonly string[] Keys =
        ["target", "published", "host_ip", "protocol", "mode", "name", "app_protocol"];

    /// <summary>Compose has <c>expose</c> for readers only: no program needs to listen on such a port.</summary>
    public static void Exposed(Node node, ComposeValues values, ImportedProgram program)
    {
        var ports = string.Join(", ", node.Texts().Select(item => values.Text(item, Reuseport)));
        program.Note(node.Place, $"expose: {Printable.Text(ports)}: add the ports on which the program listens", Reuseport);
    }

    private static void Long(MapNode map, ComposeValues values, ImportedProgram program)
    {
        foreach (var entry in map.Entries.Where(entry => !Keys.Contains(entry.Key.Text)))
            program.Unknown(entry.Key.Place, $"ports.{entry.Shown()}");
        if (Value("protocol") is { } protocol) Protocol(protocol, map.Place, program);
        string? Value(string key) => map.Find(key) is ScalarNode { IsNull: false } text ? values.Text(text, Reuseport) : null;
        if (Value("target") is { } target) Port(target, Value("published"), Value("host_ip"), map.Place, program);
        else program.Missing(map.Place, "ports: an entry has no 'target'", Reuseport);
    }

    /// <summary><c>[HOST:]CONTAINER[/PROTOCOL]</c>, where HOST is <c>[IP:](port | range)</c>.</summary>
    private static void Short(string text, Place at, ImportedProgram program)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0) Protocol(text[(slash + 1)..], at, program);
        var ports = slash < 0 ? text : text[..slash];
        var colon = ports.LastIndexOf(':');
        var host = colon < 0 ? null : ports[..colon];
        var second = host?.LastIndexOf(':') ?? -1;
        Port(ports[(colon + 1)..], host?[(second + 1)..], second < 0 ? null : host![..second], at, program);
    }

    /// <summary>A port of <c>reuseport</c> is for TCP and UDP.</summary>
    private static void Protocol(string protocol, Place at, ImportedProgram program)
    {
        if (protocol is "tcp" or "udp") program.Same();
        else program.Missing(at, $"'{Printable.Text(protocol)}' is no protocol of a port here", Reuseport);
    }

    private static void Port(string target, string? published, string? address, Place at, ImportedProgram program)
    {
        if (published is { Length: > 0 } && published != target)
            program.Missing(
                at, $"clients used port {Printable.Text(published)}, the program listens on {Printable.Text(target)}", Reuseport);
        if (address is { Length: > 0 })
            program.Note(at, $"the program has to bind {Printable.Text(address)} itself", Reuseport);
        Add(target, at, program);
    }

    private static void Add(string text, Place at, ImportedProgram program)
    {
        var ends = text.Split('-', 2);
        if (IsPort(ends[0], out var first) && IsPort(ends[^1], out var last) && first <= last)
        {
            var port = first == last ? first.ToString(CultureInfo.InvariantCulture) : $"{first}-{last}";
            if (!program.Ports.Contains(port)) program.Ports.Add(port);
        }
        else
        {
            program.Missing(at, $"'{Printable.Text(text)}' is no port", Reuseport);
        }
    }

    private static bool IsPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= ushort.MaxValue;
}
