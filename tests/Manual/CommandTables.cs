using System.CommandLine;

namespace Tests.Manual;

/// <summary>A command line as a page of Markdown shows it.</summary>
internal static class CommandTables
{
    public static string Options(Command command) => Table("option", Visible(command).Select(Row));

    public static string Verbs(RootCommand root) =>
        string.Join('\n', root.Subcommands.Where(verb => !verb.Hidden).Select(Verb));

    private static string Verb(Command verb)
    {
        var options = Visible(verb).Where(option => option is not System.CommandLine.Help.HelpOption).ToArray();
        var words = options.Select(option => $"[{Names(option, "|")}]").Concat(verb.Arguments.Select(Usage));
        var rows = verb.Arguments.Where(argument => argument.Description is not null)
            .Select(argument => $"| `{NameOf(argument)}` | {Cell(argument.Description!)} |")
            .Concat(options.Select(Row)).ToArray();
        var table = rows.Length == 0 ? "" : "\n" + Table("word", rows);
        var usage = string.Join(' ', words.Prepend(verb.Name));
        return $"### `{verb.Name}`\n\n    reuseportctl {usage}\n\n{Text(verb.Description!)}{table}";
    }

    private static Option[] Visible(Command command) => [.. command.Options.Where(option => !option.Hidden)];

    private static string Table(string first, IEnumerable<string> rows) =>
        $"| {first} | meaning |\n|---|---|\n{string.Concat(rows.Select(row => row + "\n"))}";

    private static string Row(Option option) => $"| `{Cell(Names(option, ", "))}` | {Cell(option.Description ?? "")} |";

    private static string Names(Option option, string between) =>
        string.Join(between, NamesOf(option).OrderBy(name => name.Length)) + (option.HelpName is { } value ? $" {value}" : "");

    /// <summary>Without the names of help on other systems.</summary>
    private static IEnumerable<string> NamesOf(Option option) =>
        option.Aliases.Append(option.Name).Distinct().Where(name => name.StartsWith('-') && name != "-?");

    private static string Usage(Argument argument)
    {
        var name = NameOf(argument) + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string NameOf(Argument argument) => argument.HelpName ?? argument.Name;

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>A paragraph in lines of the width that the pages keep to.</summary>
    private static string Text(string text)
    {
        const int width = 126;
        var (all, line) = (new System.Text.StringBuilder(), new System.Text.StringBuilder());
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                all.Append(line).Append('\n');
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        return all.Append(line).Append('\n').ToString();
    }
}
