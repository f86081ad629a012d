using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Values;

/// <summary>Users and groups. Each name is looked up once, as a lookup may go over the network.</summary>
internal sealed class Accounts(LoadContext context)
{
    public static readonly Key UserKey = new("user", new Shape.Text(), "User that the workers run as, by name or number; another than the daemon's only as root.");

    public static readonly Key GroupKey = new("group", new Shape.Text(), "Group that the workers run as, by name or number.");

    public static readonly Key GroupsKey = new(
        "supplementary_groups", new Shape.List(new Shape.Text(), OrOne: true),
        "Groups in place of the user's own, by name or number; only as root. Default: those of the group database.");

    private readonly Dictionary<string, uint?> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint?> groups = new(StringComparer.Ordinal);

    /// <returns>Name and id; the id is the daemon's own where the key is missing, and null where an error was reported.</returns>
    public (string? Name, uint? Id) User(Section section) => Read(section, UserKey, users, context.FindUser, context.UserId);

    public string? Group(Section section) => Read(section, GroupKey, groups, context.FindGroup, context.GroupId).Name;

    /// <summary>A group that nothing runs as.</summary>
    public string? Group(Section section, Key key) => section.Find(key) is { } field ? Existing(field, "the name or number of a group") : null;

    /// <summary>Groups in place of the user's own; null where the key is missing.</summary>
    public ValueList<string>? SupplementaryGroups(Section section)
    {
        const string accepts = "the name or number of a group, or a list of them";
        if (section.Find(GroupsKey) is not { } field) return null;
        if (!context.IsRoot)
            field.KeyError($"only root can choose the groups of workers; the daemon runs as {context.UserId}");
        if (field.Items(accepts, orOne: true) is not { } items) return null;
        return [.. items.Select(item => Existing(item, accepts)).OfType<string>()];
    }

    private string? Existing(Field item, string accepts)
    {
        if (item.Text(accepts) is not { } name) return null;
        if (Known(name, groups, context.FindGroup) is null) item.Error($"there is no group '{Printable.Text(name)}'");
        return name;
    }

    private static uint? Known(string name, Dictionary<string, uint?> known, Func<string, uint?> find)
    {
        if (!known.TryGetValue(name, out var id)) known[name] = id = name.Length == 0 ? null : find(name);
        return id;
    }

    private (string? Name, uint? Id) Read(
        Section section, Key key, Dictionary<string, uint?> known, Func<string, uint?> find, uint own)
    {
        if (section.Find(key) is not { } field) return (null, own);
        if (field.Text($"the name or number of a {key.Name}") is not { } name) return (null, null);
        var id = Known(name, known, find);
        if (id is null)
            field.Error($"there is no {key.Name} '{Printable.Text(name)}'");
        else if (id != own && !context.IsRoot)
            field.Error($"only root can start workers as another {key.Name}; "
                + $"the daemon runs as {own}, and '{Printable.Text(name)}' is {id}");
        return (name, id);
    }
}
