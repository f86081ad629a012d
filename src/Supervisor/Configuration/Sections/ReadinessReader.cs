using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>When a process counts as serving: a map, or the type alone.</summary>
internal static class ReadinessReader
{
    private const string Accepts = "a type (bind, notify, delay, tcp, http or exec), or a map with 'type'";

    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(1);

    private static readonly Words<ReadinessType> Types = new(
        ("bind", ReadinessType.Bind), ("notify", ReadinessType.Notify), ("delay", ReadinessType.Delay),
        ("tcp", ReadinessType.Tcp), ("http", ReadinessType.Http), ("exec", ReadinessType.Exec));

    private enum ReadinessType
    {
        Bind,
        Notify,
        Delay,
        Tcp,
        Http,
        Exec,
    }

    /// <param name="ports">The sharded ports, or null where they are wrong.</param>
    public static ReadinessSpec Read(Section service, PortFilter? ports)
    {
        var unread = new ReadinessSpec.Bind(ReadinessSpec.DefaultTimeout);
        if (service.Find("readiness") is not { } field) return unread;
        var whole = field.Node is ScalarNode { IsNull: false } ? field with { Node = OfType(field) } : field;
        return whole.Section(Accepts) is { } section ? Read(section, field.Key, ports) ?? unread : unread;
    }

    private static MapNode OfType(Field field) =>
        new(field.Node.Place, [new Entry(new ScalarNode(field.Key, "type", plain: true), field.Node)], [], flow: false);

    private static ReadinessSpec? Read(Section section, Place place, PortFilter? ports)
    {
        var typeField = section.Find("type");
        var type = typeField is { } written ? Types.Read(written) : ReadinessType.Bind;
        var timeout = section.Duration("timeout", ShortestTimeout);
        var delay = section.Duration("delay");
        var port = section.Integer("port", 1, 65535);
        var path = HttpPath(section);
        var command = section.Find("command") is { } commandField ? CommandReader.Read(commandField) : [];
        section.RejectUnknown();
        if (type is null) return null;

        RejectOthers(section, type.Value);
        var needs = type switch
        {
            ReadinessType.Delay when section.Find("delay") is null => "delay",
            ReadinessType.Exec when section.Find("command") is null => "command",
            ReadinessType.Tcp or ReadinessType.Http when ports is { IsAny: true } && section.Find("port") is null => "port",
            _ => null,
        };
        if (needs is not null)
        {
            var why = needs == "port" ? " where 'reuseport.ports' is any" : "";
            section.Missing(needs, $"type {typeField!.Value.Node.Description} needs it{why}", place);
        }

        if (type == ReadinessType.Delay && section.IsSound && timeout <= delay)
        {
            var after = Durations.Text(delay.Value);
            section.Find("timeout")!.Value.Error($"not longer than the delay of {after}, so no worker would ever be ready");
        }

        var (limit, wait) = (timeout ?? ReadinessSpec.DefaultTimeout, delay ?? TimeSpan.Zero);
        return type.Value switch
        {
            ReadinessType.Notify => new ReadinessSpec.Notify(limit),
            ReadinessType.Delay => new ReadinessSpec.Delay(wait, timeout ?? wait + ReadinessSpec.DefaultTimeout),
            ReadinessType.Tcp => new ReadinessSpec.Tcp(port, limit),
            ReadinessType.Http => new ReadinessSpec.Http(path ?? "/", port, limit),
            ReadinessType.Exec => new ReadinessSpec.Exec(command, limit),
            _ => new ReadinessSpec.Bind(limit),
        };
    }

    private static void RejectOthers(Section section, ReadinessType type)
    {
        Only("delay", "delay", type is ReadinessType.Delay);
        Only("port", "tcp or http", type is ReadinessType.Tcp or ReadinessType.Http);
        Only("path", "http", type is ReadinessType.Http);
        Only("command", "exec", type is ReadinessType.Exec);

        void Only(string key, string types, bool fits)
        {
            if (!fits && section.Find(key) is { } field) field.KeyError($"goes only with type {types}");
        }
    }

    private static string? HttpPath(Section section)
    {
        const string accepts = "the path of a URL, such as /health";
        if (section.Find("path") is not { } field || field.Text(accepts) is not { } path) return null;
        if (path.StartsWith('/') && path.All(c => c is > ' ' and < '\x7F')) return path;
        field.Refuse(accepts);
        return null;
    }
}
