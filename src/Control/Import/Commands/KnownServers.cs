using System.Buffers;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Commands;

/// <summary>
/// Ports that a program surely binds: those in the options of common servers. A worker that does not bind its ports is never
/// ready, and is stopped, so a wrong port is worse than none.
/// </summary>
internal static class KnownServers
{
    private static readonly Dictionary<string, string[]> Options = new(StringComparer.Ordinal)
    {
        ["gunicorn"] = ["-b", "--bind"], ["hypercorn"] = ["-b", "--bind"], ["uvicorn"] = ["--port"],
        ["daphne"] = ["-p", "--port"], ["waitress-serve"] = ["--port", "--listen"], ["flask"] = ["-p", "--port"],
        ["puma"] = ["-p", "--port", "-b", "--bind"], ["unicorn"] = ["-p", "--port", "-l", "--listen"],
        ["rackup"] = ["-p", "--port"], ["rails"] = ["-p", "--port"], ["artisan"] = ["--port"], ["php"] = ["-S"],
        ["http-server"] = ["-p", "--port"], ["redis-server"] = ["--port"], ["memcached"] = ["-p"],
        ["http.server"] = [], ["manage.py"] = [],
    };

    private static readonly SearchValues<char> Operators = SearchValues.Create("|&;<>\n`(");

    /// <summary>Programs that run the program in their arguments.</summary>
    private static readonly string[][] Launchers =
        [["bundle", "exec"], ["poetry", "run"], ["pipenv", "run"], ["uv", "run"], ["npx"], ["env"]];

    /// <param name="name">The name of the server, for a comment.</param>
    /// <returns>Ports and ranges for <c>reuseport.ports</c>; empty if they are not known for sure.</returns>
    public static IReadOnlyList<string> Ports(ImportedProgram program, out string name)
    {
        name = "";
        if (Words(program) is not { Length: > 0 } words) return [];
        var at = Server(words);
        name = at < words.Length ? Path.GetFileName(words[at]) : "";
        if (!Options.TryGetValue(name, out var options) || words.Any(IsOtherSocket)) return [];
        var found = new List<string>();
        for (at++; at < words.Length && found.Count < PortGuess.MostPorts; at++)
        {
            if (Value(words, at, name, options) is { } value && PortText.Find(value, program, isSure: true) is { } port
                && !found.Contains(port))
                found.Add(port);
        }

        return found;
    }

    /// <returns>Null for a line of a shell that does more than to become one program.</returns>
    private static string[]? Words(ImportedProgram program)
    {
        if (program.Command is not ["/bin/sh", "-c", var line]) return [.. program.Command];
        const string exec = "exec ";
        const string options = CommandWord.WithoutPatterns;
        var start = line.StartsWith(options, StringComparison.Ordinal) ? options.Length : 0;
        return line.AsSpan(start).StartsWith(exec) && line.AsSpan(start).IndexOfAny(Operators) < 0
            ? PortText.Words(line[(start + exec.Length)..])
            : null;
    }

    /// <returns>Index of the word that names the server.</returns>
    private static int Server(string[] words)
    {
        var at = 0;
        foreach (var launcher in Launchers)
        {
            if (words.Length > launcher.Length && Path.GetFileName(words[0]) == launcher[0]
                && words.AsSpan(1, launcher.Length - 1).SequenceEqual(launcher.AsSpan(1)))
                at = launcher.Length;
        }

        while (at < words.Length && words[at].Contains('=', StringComparison.Ordinal)) at++;
        if (at == words.Length) return at;
        var isPython = Path.GetFileName(words[at]).StartsWith("python", StringComparison.Ordinal);
        if (!isPython && Path.GetFileName(words[at]) is not ("ruby" or "node" or "php")) return at;
        var script = at + 1;
        while (isPython && script < words.Length && words[script] is ['-', not 'm', ..]) script++;
        if (isPython && script + 1 < words.Length && words[script] == "-m") return script + 1;
        return script < words.Length && !words[script].StartsWith('-') ? script : at;
    }

    private static string? Value(string[] words, int at, string name, string[] options)
    {
        var word = words[at];
        var isFirst = at > 0 && (words[at - 1] is "http.server" || (name == "manage.py" && words[at - 1] is "runserver"));
        if (isFirst && !word.StartsWith('-')) return word;
        foreach (var option in options)
        {
            if (word == option) return at + 1 < words.Length ? words[at + 1] : null;
            var isLong = option.StartsWith("--", StringComparison.Ordinal);
            if (word.StartsWith(isLong ? option + "=" : option, StringComparison.Ordinal))
                return word[(option.Length + (isLong ? 1 : 0))..].TrimStart('=');
        }

        return null;
    }

    /// <summary>An option that takes the place of a port.</summary>
    private static bool IsOtherSocket(string word) =>
        word.Split('=')[0] is "--uds" or "--fd" or "--unix-socket" or "--unix_socket";
}
