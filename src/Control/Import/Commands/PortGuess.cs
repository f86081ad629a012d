using System.Globalization;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Commands;

/// <summary>Finds the ports of a program in its arguments and variables. The names are those of common servers.</summary>
internal static class PortGuess
{
    private const int LeastShort = 80;

    private static readonly string[] Options =
    [
        "port", "bind", "listen", "addr", "address", "host-port", "bind-addr", "bind-address", "listen-addr", "listen-address",
        "listen-port", "http", "http-port", "http-addr", "http-address", "http-listen-addr", "server-port", "server.port",
        "http.port", "web.listen-address", "http.address", "urls", "http-socket", "socket",
    ];

    private static readonly string[] ShortOptions = ["-p", "-b", "-l", "-S"];

    private static readonly string[] Variables =
        ["PORT", "HTTP_PORT", "SERVER_PORT", "LISTEN_PORT", "APP_PORT", "ASPNETCORE_URLS"];

    private static readonly string[] OwnHosts = ["", "*", "+", "0.0.0.0", "127.0.0.1", "localhost", "[::]", "[::1]", "::"];

    /// <returns>Ports and ranges for <c>reuseport.ports</c>; empty if there are none.</returns>
    public static IReadOnlyList<string> Find(ImportedProgram program)
    {
        var words = Words(program).ToArray();
        var found = new List<string>();
        for (var at = 0; at < words.Length; at++)
        {
            if (FromWord(words, at) is { } value && Port(value, program) is { } port && !found.Contains(port)) found.Add(port);
        }

        if (found.Count > 0) return found;
        foreach (var name in Variables)
        {
            if (program.Environment.TryGetValue(name, out var variable) && Port(variable.Value, program) is { } port)
                return [port];
        }

        return [];
    }

    private static IEnumerable<string> Words(ImportedProgram program)
    {
        if (program.Command is not ["/bin/sh", "-c", var line]) return program.Command;
        return line.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal));
    }

    /// <returns>The value of an option that names a port, or an argument that is an address of this host.</returns>
    private static string? FromWord(string[] words, int at)
    {
        var (word, next) = (words[at], at + 1 < words.Length ? words[at + 1] : "");
        if (word.StartsWith('-'))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? word : word[..equals]).TrimStart('-');
            if (name.Length > 1 && Options.Contains(name)) return equals < 0 ? next : word[(equals + 1)..];
            foreach (var option in ShortOptions)
            {
                if (word == option) return IsShortValue(next) ? next : null;
                if (word.StartsWith(option, StringComparison.Ordinal) && IsShortValue(word[2..])) return word[2..];
            }

            return null;
        }

        var before = at > 0 ? words[at - 1] : "-";
        if (before is "http.server" or "SimpleHTTPServer" or "runserver") return word;
        return !before.StartsWith('-') && word.Contains(':', StringComparison.Ordinal) ? word : null;
    }

    private static bool IsShortValue(string value) =>
        value.Contains(':', StringComparison.Ordinal) || value.StartsWith('$') || value.StartsWith('{')
        || (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= LeastShort);

    private static string? Port(string value, ImportedProgram program)
    {
        var text = value.Split([';', ','])[0];
        if (Variable(text, program) is { } known) text = known;
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            if (text[..scheme] is not ("http" or "https" or "tcp")) return null;
            text = text[(scheme + 3)..].TrimEnd('/');
        }

        // The value of a variable may have colons of its own: ':${PORT:-80}'.
        var dollar = text.IndexOf('$', StringComparison.Ordinal);
        var colon = text.LastIndexOf(':', dollar > 0 ? dollar : text.Length - 1);
        if (colon >= 0 && !OwnHosts.Contains(text[..colon]) && !System.Net.IPAddress.TryParse(text[..colon], out _)) return null;
        var digits = colon < 0 ? text : text[(colon + 1)..];
        return Placeholders.Range(Variable(digits, program) ?? digits, program.Workers) is { First: >= 1, Last: <= 65535 } range
            ? range.First == range.Last ? range.First.ToString(CultureInfo.InvariantCulture) : $"{range.First}-{range.Last}"
            : null;
    }

    /// <returns>The value that the service sets for <c>$NAME</c>, <c>${NAME}</c> and <c>${NAME:-value}</c>.</returns>
    private static string? Variable(string text, ImportedProgram program)
    {
        var name = Placeholders.Unescape(text);
        if (!name.StartsWith('$')) return null;
        name = name[1..].Trim('{', '}');
        var otherwise = name.IndexOf(":-", StringComparison.Ordinal);
        var key = otherwise < 0 ? name : name[..otherwise];
        return program.Environment.TryGetValue(key, out var variable) ? variable.Value
            : otherwise < 0 ? null : name[(otherwise + 2)..];
    }
}
