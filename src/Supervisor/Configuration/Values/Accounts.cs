namespace Reuseportd.Configuration;

/// <summary>Users and groups. Each name is looked up once, as a lookup may go over the network.</summary>
internal sealed class Accounts(LoadContext context)
{
    private readonly Dictionary<string, uint?> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint?> groups = new(StringComparer.Ordinal);

    /// <returns>Name and id; the id is the daemon's own where the key is missing, and null where an error was reported.</returns>
    public (string? Name, uint? Id) User(Section section) => Read(section, "user", users, context.FindUser, context.UserId);

    public string? Group(Section section) => Read(section, "group", groups, context.FindGroup, context.GroupId).Name;

    private (string? Name, uint? Id) Read(
        Section section, string key, Dictionary<string, uint?> known, Func<string, uint?> find, uint own)
    {
        if (section.Find(key) is not { } field) return (null, own);
        if (field.Text($"the name or number of a {key}") is not { } name) return (null, null);
        if (!known.TryGetValue(name, out var id)) known[name] = id = name.Length == 0 ? null : find(name);
        if (id is null)
            field.Error($"there is no {key} '{Printable.Text(name)}'");
        else if (id != own && !context.IsRoot)
            field.Error($"only root can start workers as another {key}; "
                + $"the daemon runs as {own}, and '{Printable.Text(name)}' is {id}");
        return (name, id);
    }
}
