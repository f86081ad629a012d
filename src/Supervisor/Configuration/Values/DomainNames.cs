using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads names for DNS queries (RFC 1035, 2.3.4).</summary>
internal static class DomainNames
{
    /// <summary>The root, or labels separated by dots; a final dot is allowed.</summary>
    public const string Pattern = "^(?=.{1,253}\\.?$)(\\.|[A-Za-z0-9_/-]{1,63}(\\.[A-Za-z0-9_/-]{1,63})*\\.?)$";

    public const string Accepts = "a domain name such as example.org";

    private const int LongestLabel = 63;

    /// <summary>In a query, each label has a length byte and a zero ends the name: 255 bytes at most.</summary>
    private const int Longest = 253;

    /// <returns>The name without a final dot, except for the root; null after an error.</returns>
    public static string? DomainName(this Section section, Key key)
    {
        if (section.Find(key) is not { } field || field.Text(Accepts) is not { } text) return null;
        if (text == ".") return text;
        var name = text.EndsWith('.') ? text[..^1] : text;
        if (name.Length <= Longest && name.Split('.').All(IsLabel)) return name;
        field.Refuse(Accepts);
        return null;
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/');
}
