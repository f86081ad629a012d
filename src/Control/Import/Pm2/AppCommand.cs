using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>Interpreter, script and arguments of an app, as in PM2's lib/Common.js and lib/API/interpreter.json.</summary>
internal sealed class AppCommand(MapNode app, string directory, SourceTree tree, Place at, ImportedProgram program)
{
    private const string Command = "command";

    private const string Node = "node";

    private static readonly string[] InterpreterArguments = ["interpreter_args", "interpreterArgs", "node_args", "nodeArgs"];

    /// <summary>The interpreter of each file name extension. Where a host has no python, PM2 runs python3.</summary>
    private static readonly Dictionary<string, string> Interpreters = new(StringComparer.Ordinal)
    {
        [".sh"] = "bash", [".py"] = "python3", [".rb"] = "ruby", [".php"] = "php", [".pl"] = "perl", [".js"] = Node,
        [".cjs"] = Node, [".mjs"] = Node, [".coffee"] = "coffee", [".ls"] = "lsc", [".ts"] = "bun", [".tsx"] = "bun",
    };

    /// <returns>The interpreter; null for none.</returns>
    public string? Set(string script)
    {
        program.CommandPlace = at;
        if (script.Contains(' ', StringComparison.Ordinal))
        {
            Line(script);
            return null;
        }

        var path = SourceTree.Absolute(directory, script);
        var interpreter = Interpreter(script, path, out var isPath);
        List<string> words = interpreter is null ? [] : [interpreter];
        if (interpreter is not null) words.AddRange(Words(InterpreterArguments));
        else if (Words(InterpreterArguments).Any())
            program.Note(at, "arguments of an interpreter are left out: the app has none", Command);
        if (!isPath && interpreter is not null)
            program.Missing(
                at, $"there is no file {Printable.Text(path)} on this host, so PM2 looks for {Printable.Text(script)} in the "
                + $"search path; {Printable.Text(interpreter)} needs its full path", Command);
        words.Add(isPath && !script.StartsWith('~') ? path : script);
        if (script.StartsWith('~')) program.Missing(at, "'~' is no directory here: set the path", Command);
        if (script == "serve")
            program.Missing(at, "serve is a file server in PM2 itself; here it is the program of that name", Command);
        words.AddRange(Words("args"));
        program.Command = [.. words.Select(word => Placeholders.Escape(program.Sound(word, at)))];
        return interpreter;
    }

    /// <summary>PM2 gives a script with blanks to bash, without 'args'.</summary>
    private void Line(string script)
    {
        LineCommand.Set(script, at, program);
        if (program.Command is ["/bin/sh", ..]) program.Command = ["bash", .. program.Command.Skip(1)];
        if (Words("args").Any()) program.Note(at, "args are left out, as by PM2: the script has blanks", Command);
    }

    /// <param name="isPath">False if the script is a program of the search path.</param>
    private string? Interpreter(string script, string path, out bool isPath)
    {
        var name = Path.GetFileName(script);
        var end = name.LastIndexOf('.') is var dot and > 0 ? name[dot..] : "";
        var isScript = Interpreters.TryGetValue(end, out var interpreter);
        // PM2 looks for the file first, and then into the search path, whatever the interpreter is.
        isPath = isScript || script.Contains('/', StringComparison.Ordinal) || tree.Start(path) is not null;
        var named = app.Find("interpreter").Text() ?? app.Find("exec_interpreter").Text();
        if (named is { Length: > 0 }) return Named(named);
        if (isScript)
        {
            if (interpreter == "bun")
                program.Note(at, $"PM2 7 runs {end} with bun, or node where there is no bun; PM2 before 7 with ts-node", Command);
            return interpreter;
        }

        if (tree.Start(path) is { } start) return start.Contains((byte)0) ? null : Node;
        if (!isPath) return null;
        var isOwn = !script.StartsWith('/');
        program.Missing(
            at, $"{Printable.Text(script)} is not on this host: PM2 runs a text with node, and a binary itself; here it is "
            + (isOwn ? "a text" : "a binary"), Command);
        return isOwn ? Node : null;
    }

    private string? Named(string interpreter)
    {
        if (interpreter == "none") return null;
        if (!interpreter.StartsWith("node@", StringComparison.Ordinal)) return interpreter;
        program.Missing(at, $"{Printable.Text(interpreter)} is of nvm; set the path of this version", Command);
        return Node;
    }

    private IEnumerable<string> Words(params string[] names)
    {
        foreach (var name in names)
        {
            var node = app.Find(name);
            if (node is ListNode) return node.Texts().Select(item => item.Text);
            if (node.Text() is { } text) return AppArguments.Split(text);
        }

        return [];
    }
}
