using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads when a process counts as ready: a map, or only the type.</summary>
internal static class ReadinessReader
{
    private const string Accepts = "a type (bind, notify, delay, tcp, http, dns or exec), or a map with 'type'";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private static readonly Words<ReadinessType> Types = new(
        ("bind", ReadinessType.Bind), ("notify", ReadinessType.Notify), ("delay", ReadinessType.Delay),
        ("tcp", ReadinessType.Tcp), ("http", ReadinessType.Http), ("dns", ReadinessType.Dns), ("exec", ReadinessType.Exec));

    private static readonly Key Type = Key.Choice("type", Types, "How a worker becomes ready.", ReadinessType.Bind);

    private static readonly Key Timeout =
        Key.Duration(
            "timeout", "A worker that is not ready after this time is stopped and tried again.", ReadinessSpec.DefaultTimeout,
            Shortest);

    private static readonly Key DelayKey = Key.Duration("delay", "With type delay: time from the start to readiness.");

    private static readonly Key Period =
        Key.Duration(
            "period", "With type tcp, http, dns and exec: time from one probe to the next.", ReadinessSpec.DefaultPeriod,
            Shortest);

    private static readonly Key Settle = Key.Duration(
        "settle", "The worker becomes ready after its readiness condition has held for this time, within the timeout.",
        TimeSpan.Zero);

    private static readonly Shape.Map Map = new([Type, Timeout, DelayKey, Period, Settle, .. ProbeReader.Keys])
    {
        Rules =
        [
            .. ProbeReader.Rules, new Rule.OnlyWith(DelayKey.Name, Type.Name, "delay"),
            new Rule.NeededBy(DelayKey.Name, Type.Name, "delay"),
            new Rule.OnlyWith(Period.Name, Type.Name, "tcp", "http", "dns", "exec"),
        ],
    };

    public static readonly Key Key = new(
        "readiness", new Shape.AnyOf(Types.Shape, Map),
        "When a worker counts as ready; a map, or only the type. "
        + "bind: each single port listed has a listening socket of the worker. "
        + "notify: the worker sends READY=1. delay: a time has passed. tcp: the worker accepts a connection. "
        + "http, dns: the worker answers a request. exec: a command exits with 0.") { Default = "bind" };

    private enum ReadinessType
    {
        Bind,
        Notify,
        Delay,
        Tcp,
        Http,
        Dns,
        Exec,
    }

    public static ReadinessSpec Read(Section service, ProbedService probed)
    {
        var unread = new ReadinessSpec.Bind(ReadinessSpec.DefaultTimeout);
        if (service.Find(Key) is not { } field) return unread;
        var whole = field.Node is ScalarNode { IsNull: false } ? field with { Node = OfType(field) } : field;
        return whole.Section(Map, Accepts) is { } section ? Read(section, field.Key, probed) ?? unread : unread;
    }

    private static MapNode OfType(Field field) =>
        new(field.Node.Place, [new Entry(new ScalarNode(field.Key, "type", plain: true), field.Node)], [], flow: false);

    private static ReadinessSpec? Read(Section section, Place place, ProbedService probed)
    {
        var typeField = section.Find(Type);
        var type = typeField is { } written ? Types.Read(written) : ReadinessType.Bind;
        var timeout = section.Duration(Timeout);
        var delay = section.Duration(DelayKey);
        var period = section.Duration(Period);
        var settle = section.Duration(Settle) ?? TimeSpan.Zero;
        var probe = ProbeReader.Read(section, ProbeOf(type), typeField, place, probed);
        section.RejectUnknown();
        if (type is null) return null;

        ProbeReader.Only(section, DelayKey, "delay", type is ReadinessType.Delay);
        ProbeReader.Only(section, Period, "tcp, http, dns or exec", probe is not null);
        if (type is ReadinessType.Delay && section.Find(DelayKey) is null)
            section.Missing(DelayKey.Name, $"type {typeField!.Value.Node.Description} needs it", place);
        if (type is ReadinessType.Delay && section.IsSound && timeout <= delay)
        {
            var after = DurationSyntax.Text(delay.Value);
            section.Find(Timeout)!.Value.Error($"not longer than the delay of {after}, so no worker would ever be ready");
        }

        var wait = delay ?? TimeSpan.Zero;
        var limit = timeout ?? wait + settle + ReadinessSpec.DefaultTimeout;
        if (section.IsSound && limit <= wait + settle) section.Find(Settle)!.Value.Error(TooLong(limit, wait));
        ReadinessSpec spec = type.Value switch
        {
            ReadinessType.Notify => new ReadinessSpec.Notify(limit),
            ReadinessType.Delay => new ReadinessSpec.Delay(wait, limit),
            _ when probe is not null => new ReadinessSpec.Probed(probe, period ?? ReadinessSpec.DefaultPeriod, limit),
            _ => new ReadinessSpec.Bind(limit),
        };
        return spec with { Settle = settle };
    }

    private static string TooLong(TimeSpan timeout, TimeSpan delay)
    {
        var left = delay == TimeSpan.Zero ? "" : $" less the delay of {DurationSyntax.Text(delay)}";
        return $"not shorter than the timeout of {DurationSyntax.Text(timeout)}{left}, so no worker would ever be ready";
    }

    private static ProbeType? ProbeOf(ReadinessType? type) => type switch
    {
        ReadinessType.Tcp => ProbeType.Tcp,
        ReadinessType.Http => ProbeType.Http,
        ReadinessType.Dns => ProbeType.Dns,
        ReadinessType.Exec => ProbeType.Exec,
        _ => null,
    };
}
