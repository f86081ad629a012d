using System.Buffers;

namespace Reuseportd.Control.Import.Compose;

/// <summary>Finds names of hosts in a text: a whole value, <c>//NAME</c>, <c>@NAME</c> and <c>NAME:PORT</c>.</summary>
internal static class HostText
{
    private static readonly SearchValues<char> EndsOfAccount = SearchValues.Create("@/ ,?#");

    private static readonly string[] HostWords = ["HOST", "ADDR", "URL", "URI", "ENDPOINT", "SERVER", "BROKER", "UPSTREAM"];

    /// <summary>Ends of variables whose values are often the name of a service, and no host.</summary>
    private static readonly string[] OtherEnds =
    [
        "USER", "USERNAME", "PASSWORD", "PASS", "SECRET", "TOKEN", "KEY", "DB", "DATABASE", "NAME", "DRIVER", "CONNECTION",
        "TYPE", "ENGINE", "STORE", "ENV", "ENVIRONMENT", "MODE", "ROLE", "BUCKET", "SCHEMA", "QUEUE", "QUEUES", "PREFIX",
        "ADAPTER", "DIALECT", "VERSION", "TAG", "IMAGE", "CHANNEL", "PROFILE", "PROFILES", "APP",
    ];

    /// <summary>False if a value that is one word is no host, most likely.</summary>
    public static bool IsHostVariable(string name)
    {
        var upper = name.ToUpperInvariant();
        return HostWords.Any(word => upper.Contains(word, StringComparison.Ordinal))
            || (!OtherEnds.Any(end => upper.EndsWith(end, StringComparison.Ordinal))
                && !upper.Contains("IMAGE", StringComparison.Ordinal));
    }

    /// <summary>True for an option such as <c>--host</c> or <c>-h</c>.</summary>
    public static bool IsHostOption(string name)
    {
        if (!name.StartsWith('-')) return false;
        var upper = name.ToUpperInvariant();
        return name == "-h" || HostWords.Any(word => upper.Contains(word, StringComparison.Ordinal));
    }

    /// <param name="isWhole">True if a text that is a name, or a list of names with commas, is a host.</param>
    public static IEnumerable<string> Find(string text, bool isWhole, IReadOnlySet<string> names)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!IsPart(text[at])) continue;
            var start = at;
            while (at < text.Length && IsPart(text[at])) at++;
            if (names.Contains(text[start..at]) && IsHost(text, start, at, isWhole)) yield return text[start..at];
        }
    }

    private static bool IsHost(string text, int start, int end, bool isWhole)
    {
        var before = start > 0 ? text[start - 1] : ',';
        if (before == '@') return true;
        var isUrl = start > 1 && before == '/' && text[start - 2] == '/';
        if (isUrl) return !HasAccount(text, end);
        if (before is not (',' or ' ' or ';' or '=' or '"' or '\'' or '(')) return false;
        return end == text.Length || text[end] == ',' ? isWhole && before == ',' : IsPort(text, end);
    }

    /// <summary>True if the name before is that of a user: <c>//user:password@host</c>.</summary>
    private static bool HasAccount(string text, int at)
    {
        var end = text.AsSpan(at).IndexOfAny(EndsOfAccount);
        return end >= 0 && text[at + end] == '@';
    }

    private static bool IsPort(string text, int at)
    {
        if (text[at] != ':') return false;
        var digits = at + 1;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        return digits > at + 1 && (digits == text.Length || !IsPart(text[digits]));
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
