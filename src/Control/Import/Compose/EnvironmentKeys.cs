using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary><c>environment</c> and <c>env_file</c>.</summary>
internal static class EnvironmentKeys
{
    private const string Environment = "environment";

    public static void Variables(Node node, ComposeValues values, ImportedProgram program)
    {
        if (node is MapNode map)
        {
            foreach (var entry in map.Entries)
            {
                if (entry.Value is ScalarNode { IsNull: false } value)
                    program.SetVariable(entry.Key.Text, values.Template(value, Environment), entry.Key.Place);
                else Inherited(entry.Key.Text, entry.Key.Place, program);
            }
        }

        foreach (var item in node is ListNode list ? list.Texts() : [])
        {
            var text = values.Template(item, Environment);
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) program.SetVariable(text[..equals], text[(equals + 1)..], item.Place);
            else Inherited(item.Text, item.Place, program);
        }
    }

    /// <summary>Paths are relative to the Compose file.</summary>
    public static void Files(Node node, ComposeValues values, ImportedProgram program, SourceTree tree)
    {
        var items = node is ListNode list ? list.Items : [node];
        foreach (var item in items)
        {
            var path = item is MapNode map ? map.Find("path") : item;
            if (path is not ScalarNode { IsNull: false } text) continue;
            var isOptional = item is MapNode { } long1 && long1.Find("required").Text() == "false";
            program.EnvironmentFile(
                (isOptional ? "-" : "") + Placeholders.Escape(tree.Absolute(values.Text(text, "env_file"))), text.Place);
        }

        program.Note(node.Place, "the daemon does not replace variables in the values of these files", "env_file");
    }

    private static void Inherited(string name, Place at, ImportedProgram program) =>
        program.Note(at, $"{Printable.Text(name)}: has its value from the daemon's environment", Environment);
}
