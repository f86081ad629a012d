using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>Interpreter, script and arguments of an app.</summary>
internal static class AppCommand
{
    /// <summary>PM2 chooses the interpreter by the end of the script's name.</summary>
    private static readonly Dictionary<string, string> Interpreters = new(StringComparer.Ordinal)
    {
        [".js"] = "node", [".cjs"] = "node", [".mjs"] = "node", [".ts"] = "ts-node", [".py"] = "python3", [".sh"] =
            "/bin/sh", [".rb"] = "ruby",
        [".php"] = "php", [".pl"] = "perl", [".coffee"] = "coffee",
    };

    public static void Set(MapNode app, string script, string directory, Place at, ImportedProgram program)
    {
        var interpreter = Interpreter(app, script);
        List<string> words = interpreter is null ? [] : [interpreter];
        if (interpreter is not null) words.AddRange(Words(app, "interpreter_args", "interpreterArgs", "node_args", "nodeArgs"));
        // A name without a directory and a suffix is a program of the search path.
        var isProgram = interpreter is null && script.AsSpan().IndexOfAny('/', '.') < 0;
        words.Add(isProgram || script.StartsWith('~') ? script : SourceTree.Absolute(directory, script));
        if (script.StartsWith('~')) program.Missing(at, "'~' is no directory here: set the path", "command");
        words.AddRange(Words(app, "args"));
        program.CommandPlace = at;
        program.Command = [.. words.Select(word => Placeholders.Escape(program.Sound(word, at)))];
    }

    private static string? Interpreter(MapNode app, string script)
    {
        var named = app.Find("interpreter").Text() ?? app.Find("exec_interpreter").Text();
        if (named == "none") return null;
        if (named is { Length: > 0 }) return named;
        var end = script.LastIndexOf('.') is var dot and >= 0 ? script[dot..] : "";
        if (Interpreters.TryGetValue(end, out var interpreter)) return interpreter;
        return script.Contains('/', StringComparison.Ordinal) && end.Length == 0 && app.Find("exec_mode").Text() is "cluster"
            ? "node" : null;
    }

    private static IEnumerable<string> Words(MapNode app, params string[] names)
    {
        foreach (var name in names)
        {
            var node = app.Find(name);
            if (node is ListNode) return node.Texts().Select(item => item.Text);
            if (node.Text() is { } text) return WordSplit.Split(text, out _) ?? [text];
        }

        return [];
    }
}
