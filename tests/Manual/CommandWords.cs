using System.CommandLine;

namespace Tests.Manual;

/// <summary>A command line as a page shows it.</summary>
internal static class CommandWords
{
    public static string Options(Command command) => string.Concat(command.Options.Where(option => !option.Hidden).Select(Item));

    public static string Verbs(RootCommand root) => string.Concat(root.Subcommands.Where(verb => !verb.Hidden).Select(Verb));

    private static string Verb(Command verb)
    {
        var options = verb.Options.Where(option => !option.Hidden && option is not System.CommandLine.Help.HelpOption).ToArray();
        var words = string.Concat(
            options.Select(option => $"[{Names(option, "|")}]\n")
                .Concat(verb.Arguments.Select(argument => Argument(argument) + "\n")));
        var items = string.Concat(verb.Arguments.Where(argument => argument.Description is not null)
            .Select(argument => Roff.Item(Roff.Italic(argument.HelpName ?? argument.Name), argument.Description!)));
        return $".SS {verb.Name}\n.B reuseportctl {verb.Name}\n{words}.PP\n{Roff.Text(verb.Description!)}{items}"
               + string.Concat(options.Select(Item));
    }

    private static string Item(Option option) => Roff.Item(Names(option, ", "), option.Description ?? "");

    private static string Names(Option option, string between)
    {
        var names = option.Aliases.Prepend(option.Name).Where(name => name is not ("-?" or "/?" or "/h"))
            .OrderBy(name => name.Length).Distinct();
        var value = option.HelpName is { } word ? $" {Roff.Italic(word)}" : "";
        return string.Join(between, names.Select(Roff.Bold)) + value;
    }

    private static string Argument(Argument argument)
    {
        var name = Roff.Italic(argument.HelpName ?? argument.Name);
        var several = argument.Arity.MaximumNumberOfValues > 1 ? @"\|..." : "";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}{several}]" : name + several;
    }
}
