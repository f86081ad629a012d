using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads the services of all files; the name of a service is unique.</summary>
internal sealed class ServicesReader(LoadContext context, Accounts accounts)
{
    private const int LongestName = 64;

    private const string NameRule =
        "a service's name is letters, digits, '-', '_' and '.', begins with a letter or digit and has at most 64 of them";

    public static readonly Key Key = new(
        "services", new Shape.Names("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", ServiceReader.Shape),
        "Services by name: a command, and the number of copies that share a port.");

    private static readonly Shape.Map Names = new();

    private readonly ServiceReader reader = new(context, accounts);
    private readonly Dictionary<string, Place> names = new(StringComparer.Ordinal);
    private readonly List<ReadService> services = [];

    public IReadOnlyList<ReadService> Services => services;

    /// <param name="folder">Folder of the file; null if the text is from no file.</param>
    public void Read(Section top, string? folder)
    {
        if (top.Find(Key)?.Section(Names, "a map of services, {} for none") is not { } section) return;
        foreach (var (name, field) in section.All)
        {
            if (!IsName(name))
                field.KeyError(NameRule);
            else if (!names.TryAdd(name, field.Key))
                field.KeyError($"duplicate service; the first is at {names[name]}");

            if (field.Section(ServiceReader.Shape, "a map with at least 'command' and 'reuseport'") is { } service)
                services.Add(reader.Read(name, field.Key, service, folder));
        }
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
