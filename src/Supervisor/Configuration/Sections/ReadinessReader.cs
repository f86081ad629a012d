using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>When a process counts as serving: a map, or the type alone.</summary>
internal static class ReadinessReader
{
    private const string Accepts = "a type (bind, notify, delay, tcp, http or exec), or a map with 'type'";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

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

    public static ReadinessSpec Read(Section service, ProbedService probed)
    {
        var unread = new ReadinessSpec.Bind(ReadinessSpec.DefaultTimeout);
        if (service.Find("readiness") is not { } field) return unread;
        var whole = field.Node is ScalarNode { IsNull: false } ? field with { Node = OfType(field) } : field;
        return whole.Section(Accepts) is { } section ? Read(section, field.Key, probed) ?? unread : unread;
    }

    private static MapNode OfType(Field field) =>
        new(field.Node.Place, [new Entry(new ScalarNode(field.Key, "type", plain: true), field.Node)], [], flow: false);

    private static ReadinessSpec? Read(Section section, Place place, ProbedService probed)
    {
        var typeField = section.Find("type");
        var type = typeField is { } written ? Types.Read(written) : ReadinessType.Bind;
        var timeout = section.Duration("timeout", Shortest);
        var delay = section.Duration("delay");
        var period = section.Duration("period", Shortest);
        var probe = ProbeReader.Read(section, ProbeOf(type), typeField, place, probed);
        section.RejectUnknown();
        if (type is null) return null;

        ProbeReader.Only(section, "delay", "delay", type is ReadinessType.Delay);
        ProbeReader.Only(section, "period", "tcp, http or exec", probe is not null);
        if (type is ReadinessType.Delay && section.Find("delay") is null)
            section.Missing("delay", $"type {typeField!.Value.Node.Description} needs it", place);
        if (type is ReadinessType.Delay && section.IsSound && timeout <= delay)
        {
            var after = Durations.Text(delay.Value);
            section.Find("timeout")!.Value.Error($"not longer than the delay of {after}, so no worker would ever be ready");
        }

        var (limit, wait) = (timeout ?? ReadinessSpec.DefaultTimeout, delay ?? TimeSpan.Zero);
        return type.Value switch
        {
            ReadinessType.Notify => new ReadinessSpec.Notify(limit),
            ReadinessType.Delay => new ReadinessSpec.Delay(wait, timeout ?? wait + ReadinessSpec.DefaultTimeout),
            _ when probe is not null => new ReadinessSpec.Probed(probe, period ?? ReadinessSpec.DefaultPeriod, limit),
            _ => new ReadinessSpec.Bind(limit),
        };
    }

    private static ProbeType? ProbeOf(ReadinessType? type) => type switch
    {
        ReadinessType.Tcp => ProbeType.Tcp,
        ReadinessType.Http => ProbeType.Http,
        ReadinessType.Exec => ProbeType.Exec,
        _ => null,
    };
}
