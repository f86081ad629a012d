using System.Text;
using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads names of network interfaces, by the kernel's rule (dev_valid_name).</summary>
internal static class Interfaces
{
    /// <summary>IFNAMSIZ includes the final NUL.</summary>
    private const int LongestName = 15;

    public static readonly Shape Shape = new Shape.Text(@"^(?!\.{1,2}$)[^/:\s]{1,15}$", OrNumber: true);

    private const string Accepts = "the name of a network interface such as eth0";

    public static string? Interface(this Section section, Key key)
    {
        if (section.Find(key) is not { } field || field.Text(Accepts) is not { } name) return null;
        if (name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= LongestName && name is not ("." or "..")
            && !name.Any(c => c is '/' or ':' || char.IsWhiteSpace(c)))
            return name;
        field.Refuse(Accepts);
        return null;
    }
}
