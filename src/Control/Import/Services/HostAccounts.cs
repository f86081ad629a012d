using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Services;

/// <summary>
/// Leaves out users and groups that the host does not have, as the daemon refuses a file with such a name.
/// </summary>
/// <param name="isUser">True for the name or the number of an account.</param>
/// <param name="isGroup">True for the name or the number of a group.</param>
internal sealed class HostAccounts(Func<string, bool> isUser, Func<string, bool> isGroup)
{
    private readonly Dictionary<(bool IsUser, string Name), bool> known = [];

    public void Check(IReadOnlyList<ImportedFile> files)
    {
        foreach (var program in files.SelectMany(file => file.Programs))
        {
            if (Remove(program, Key.User) is { } place) program.KeepStopped(place, "its user is missing");
            Remove(program, Key.Group);
            Remove(program, Key.Groups);
        }
    }

    /// <returns>The place of a setting that lost a name; null for another.</returns>
    private Place? Remove(ImportedProgram program, Key key)
    {
        if (!program.Settings.TryGetValue(key, out var setting) || setting.Items.All(name => IsKnown(name, key))) return null;
        foreach (var name in setting.Items.Where(name => !IsKnown(name, key)))
            program.Missing(
                setting.Place, $"this host has no {(key == Key.User ? "user" : "group")} '{Printable.Text(name)}'", key.Path);
        program.Settings.Remove(key);
        string[] left = [.. setting.Items.Where(name => IsKnown(name, key))];
        if (left.Length > 0) program.List(key, left, setting.Place);
        return setting.Place;
    }

    /// <summary>A look-up may use the network, so each name is looked up once.</summary>
    private bool IsKnown(string name, Key key)
    {
        var entry = (key == Key.User, name);
        if (!known.TryGetValue(entry, out var result)) known[entry] = result = (entry.Item1 ? isUser : isGroup)(name);
        return result;
    }
}
