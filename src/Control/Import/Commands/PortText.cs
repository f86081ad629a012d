using System.Globalization;
using System.Net;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Commands;

/// <summary>The port in a word of a command: a number, an address of this host, or a variable.</summary>
internal static class PortText
{
    private static readonly string[] OwnHosts = ["", "*", "+", "0.0.0.0", "127.0.0.1", "localhost", "[::]", "[::1]", "::"];

    /// <param name="isSure">Only a value that the service itself sets; a variable of the host may have another.</param>
    /// <returns>A port or a range; null for another text.</returns>
    public static string? Find(string value, ImportedProgram program, bool isSure = false)
    {
        var text = value.Split([';', ','])[0];
        if (Variable(text, program, isSure) is { } known) text = known;
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            if (text[..scheme] is not ("http" or "https" or "tcp")) return null;
            text = text[(scheme + 3)..].TrimEnd('/');
        }

        // The value of a variable may have colons of its own: ':${PORT:-80}'.
        var dollar = text.IndexOf('$', StringComparison.Ordinal);
        var colon = text.LastIndexOf(':', dollar > 0 ? dollar : text.Length - 1);
        if (colon >= 0 && !OwnHosts.Contains(text[..colon]) && !IsAddress(text[..colon])) return null;
        var digits = colon < 0 ? text : text[(colon + 1)..];
        var range = Placeholders.Range(Variable(digits, program, isSure) ?? digits, program.Workers);
        return range is not { First: >= 1, Last: <= ushort.MaxValue } ports ? null
            : ports.First == ports.Last ? ports.First.ToString(CultureInfo.InvariantCulture) : $"{ports.First}-{ports.Last}";
    }

    /// <summary>The words of a line of a shell, without quotes.</summary>
    public static string[] Words(string line) =>
    [
        .. line.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal)),
    ];

    /// <summary>A number alone is an address to the parser, and a port here.</summary>
    private static bool IsAddress(string host) => host.AsSpan().IndexOfAny('.', ':') >= 0 && IPAddress.TryParse(host, out _);

    /// <returns>The value that the service sets for <c>$NAME</c>, <c>${NAME}</c> and <c>${NAME:-value}</c>.</returns>
    private static string? Variable(string text, ImportedProgram program, bool isSure)
    {
        var name = Placeholders.Unescape(text);
        if (!name.StartsWith('$')) return null;
        name = name[1..].Trim('{', '}');
        var otherwise = name.IndexOf(":-", StringComparison.Ordinal);
        var key = otherwise < 0 ? name : name[..otherwise];
        return program.Environment.TryGetValue(key, out var variable) ? variable.Value
            : otherwise < 0 || isSure ? null : name[(otherwise + 2)..];
    }
}
