using System.Globalization;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Commands;

/// <summary>
/// Ports that a program may have, from its arguments and variables. They are for a comment only: the same options name the
/// ports of other hosts in other programs.
/// </summary>
internal static class PortGuess
{
    public const int MostPorts = 16;

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

    /// <summary>Programs whose options name the ports of others.</summary>
    private static readonly string[] Clients =
    [
        "ssh", "autossh", "docker", "podman", "nerdctl", "kubectl", "wait-for-it.sh", "wait-for-it", "dockerize", "redis-cli",
        "psql", "mysql", "mariadb", "mongo", "mongosh", "curl", "wget", "nc", "ncat", "telnet", "rsync", "celery",
    ];

    /// <returns>Ports and ranges; empty if there are none.</returns>
    public static IReadOnlyList<string> Find(ImportedProgram program)
    {
        var words = program.Command is ["/bin/sh", "-c", var line] ? PortText.Words(line) : [.. program.Command];
        if (words.Take(2).Any(word => Clients.Contains(Path.GetFileName(word)))) return [];
        var found = new List<string>();
        for (var at = 0; at < words.Length && found.Count < MostPorts; at++)
        {
            if (FromWord(words, at) is { } value && PortText.Find(value, program) is { } port && !found.Contains(port))
                found.Add(port);
        }

        if (found.Count > 0) return found;
        foreach (var name in Variables)
        {
            if (program.Environment.TryGetValue(name, out var variable) && PortText.Find(variable.Value, program) is { } port)
                return [port];
        }

        return [];
    }

    /// <returns>
    /// The value of an option or of an assignment that names a port, or an argument that is an address of this host.
    /// </returns>
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

        var sign = word.IndexOf('=', StringComparison.Ordinal);
        if (sign > 0 && Variables.Contains(word[..sign])) return word[(sign + 1)..];
        var before = at > 0 ? words[at - 1] : "-";
        return !before.StartsWith('-') && word.Contains(':', StringComparison.Ordinal) ? word : null;
    }

    private static bool IsShortValue(string value) =>
        value.Contains(':', StringComparison.Ordinal) || value.StartsWith('$') || value.StartsWith('{')
        || (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= LeastShort);
}
