using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads users and groups. Each name is looked up once, because a lookup may use the network.</summary>
internal sealed class Accounts(LoadContext context)
{
    public static readonly Key UserKey =
        new("user", new Shape.Text(), "User that the workers run as, by name or number. Only root can choose another user.");

    public static readonly Key GroupKey = new("group", new Shape.Text(), "Group that the workers run as, by name or number.");

    public static readonly Key GroupsKey = new(
        "supplementary_groups", new Shape.List(new Shape.Text(), OrOne: true),
        "Groups that replace the user's own, by name or number. Only root can choose groups. "
        + "Default: those of the group database.");

    private readonly Dictionary<string, uint?> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint?> groups = new(StringComparer.Ordinal);

    /// <returns>Name and id. Without the key, the id is the daemon's; after an error, the id is null.</returns>
    public (string? Name, uint? Id) User(Section section) => Read(section, UserKey, users, context.FindUser, context.UserId);

    public string? Group(Section section) => Read(section, GroupKey, groups, context.FindGroup, context.GroupId).Name;

    /// <summary>Reads the name of a group, and checks that it exists.</summary>
    public string? Group(Section section, Key key) =>
        section.Find(key) is { } field ? Existing(field, "the name or number of a group") : null;

    /// <summary>Groups that replace the user's own; null without the key.</summary>
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
