using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads an address or prefix, or a list of them.</summary>
internal static class Addresses
{
    /// <summary>The preload library stores no more.</summary>
    private const int MostAddresses = 64;

    public static readonly Shape Shape =
        new Shape.List(new Shape.Text(@"^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"), OrOne: true, Least: 1, MostAddresses);

    private const string Accepts =
        "an IPv4 or IPv6 address or prefix such as 127.0.0.1, \"::1\" or 10.0.0.0/8, or a list of them";

    /// <returns>Empty for any address; null after an error.</returns>
    public static IReadOnlyList<(string Text, AddressRange Range)>? Read(Section section, Key key)
    {
        if (section.Find(key) is not { } field) return [];
        if (field.Items(Accepts, orOne: true) is not { } items) return null;
        if (items.Count is 0 or > MostAddresses)
        {
            field.Error(items.Count == 0
                ? "lists no address; remove the key for any address"
                : $"accepts at most {MostAddresses} addresses and prefixes");
            return null;
        }

        var addresses = new List<(string, AddressRange)>();
        foreach (var item in items)
        {
            if (item.Text(Accepts) is not { } text) continue;
            if (AddressRange.TryParse(text, out var problem) is { } range) addresses.Add((text, range));
            else if (problem is not null) item.Error($"'{Printable.Text(text)}': {problem}");
            else item.Refuse(Accepts);
        }

        return addresses.Count == items.Count ? addresses : null;
    }
}
