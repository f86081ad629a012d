using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>Users and groups. Each name is looked up once, as a lookup may go over the network.</summary>
internal sealed class Accounts(LoadContext context)
{
    private readonly Dictionary<string, uint?> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint?> groups = new(StringComparer.Ordinal);

    /// <returns>Name and id; the id is the daemon's own where the key is missing, and null where an error was reported.</returns>
    public (string? Name, uint? Id) User(Section section) => Read(section, "user", users, context.FindUser, context.UserId);

    public string? Group(Section section) => Read(section, "group", groups, context.FindGroup, context.GroupId).Name;

    /// <summary>Groups in place of the user's own; null where the key is missing.</summary>
    public ValueList<string>? SupplementaryGroups(Section section)
    {
        const string accepts = "the name or number of a group, or a list of them";
        if (section.Find("supplementary_groups") is not { } field) return null;
        if (!context.IsRoot)
            field.KeyError($"only root can choose the groups of workers; the daemon runs as {context.UserId}");
        if (field.Items(accepts, orOne: true) is not { } items) return null;
        return [.. items.Select(item => SupplementaryGroup(item, accepts)).OfType<string>()];
    }

    private string? SupplementaryGroup(Field item, string accepts)
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
        Section section, string key, Dictionary<string, uint?> known, Func<string, uint?> find, uint own)
    {
        if (section.Find(key) is not { } field) return (null, own);
        if (field.Text($"the name or number of a {key}") is not { } name) return (null, null);
        var id = Known(name, known, find);
        if (id is null)
            field.Error($"there is no {key} '{Printable.Text(name)}'");
        else if (id != own && !context.IsRoot)
            field.Error($"only root can start workers as another {key}; "
                + $"the daemon runs as {own}, and '{Printable.Text(name)}' is {id}");
        return (name, id);
    }
}
