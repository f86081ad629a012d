using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary><c>environment</c> and <c>env_file</c>.</summary>
internal static class EnvironmentKeys
{
    private const string Environment = "environment";

    private const string EnvFile = "env_file";

    public static void Variables(Node node, ComposeValues values, ImportedProgram program)
    {
        foreach (var entry in node is MapNode map ? map.Entries : [])
        {
            if (entry.Value is not ScalarNode value)
                program.Missing(entry.Value.Place, $"{Printable.Text(entry.Key.Text)}: {entry.Value.Description} is no text",
                    Environment);
            else if (value.IsNull) Inherited(entry.Key.Text, entry.Key.Place, values, program);
            else program.SetVariable(entry.Key.Text, values.Template(value, Environment), entry.Key.Place);
        }

        foreach (var item in node is ListNode list ? list.Texts() : [])
        {
            var text = values.Template(item, Environment);
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) program.SetVariable(text[..equals], text[(equals + 1)..], item.Place);
            else Inherited(text, item.Place, values, program);
        }

        if (node is ScalarNode { IsNull: false } scalar)
            program.Missing(scalar.Place, $"environment: {scalar.Description} is no map and no list", Environment);
    }

    /// <summary>Paths are relative to the Compose file.</summary>
    public static void Files(Node node, ComposeValues values, ImportedProgram program, SourceTree tree)
    {
        var items = node is ListNode list ? list.Items : [node];
        foreach (var item in items)
        {
            var path = item is MapNode map ? map.Find("path") : item;
            if (path is not ScalarNode { IsNull: false } text) continue;
            if (item is MapNode file) Format(file, program);
            var isOptional = item is MapNode { } form && form.Find("required").Text() == "false";
            program.EnvironmentFile(
                (isOptional ? "-" : "") + Placeholders.Escape(tree.Absolute(values.Text(text, EnvFile))), text.Place);
        }

        program.Note(
            node.Place, "in these files, the daemon replaces no variables, and a comment after a value is part of it", EnvFile);
    }

    private static void Format(MapNode file, ImportedProgram program)
    {
        foreach (var entry in file.Entries.Where(entry => entry.Key.Text is not ("path" or "required")))
        {
            if (entry.Key.Text == "format" && entry.Value.Text() == "raw")
                program.Missing(
                    entry.Key.Place, "format: raw: quotes and backslashes are part of a value there, and not here", EnvFile);
            else
                program.Unknown(entry.Key.Place, $"env_file.{entry.Shown()}");
        }
    }

    /// <summary>A variable without a value has that of <c>.env</c>, else that of the shell that started Compose.</summary>
    private static void Inherited(string name, Place at, ComposeValues values, ImportedProgram program)
    {
        if (values.Variable(name) is { } value) program.SetVariable(name, Placeholders.Escape(value), at);
        else program.Missing(
            at, $"{Printable.Text(name)} had its value from the environment of 'docker compose', and has none here", Environment);
    }
}
