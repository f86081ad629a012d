using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Reuseportd.Control.Arguments;

/// <summary>The framework's help, with brackets around optional words in the list of arguments too.</summary>
internal sealed class HelpWords(SynchronousCommandLineAction inherited) : SynchronousCommandLineAction
{
    /// <summary>Help needs no other arguments.</summary>
    public override bool ClearsParseErrors => true;

    public static void Set(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        if (help.Action is SynchronousCommandLineAction inherited) help.Action = new HelpWords(inherited);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        using var text = new StringWriter();
        configuration.Output = text;
        try
        {
            var code = inherited.Invoke(parseResult);
            output.Write(WithBrackets(text.ToString(), parseResult.CommandResult.Command));
            return code;
        }
        finally
        {
            configuration.Output = output;
        }
    }

    private static bool IsOptionalList(Argument argument) =>
        argument.Arity is { MinimumNumberOfValues: 0, MaximumNumberOfValues: > 1 };

    private static string WithBrackets(string help, Command command)
    {
        foreach (var argument in command.Arguments.Where(IsOptionalList))
        {
            var (label, shown) = Forms(argument);
            // Continuation lines on a narrow terminal stay aligned with the first line.
            var (indent, deeper) = ("\n" + new string(' ', label.Length + 4), "\n" + new string(' ', shown.Length + 4));
            var section = help.IndexOf($"\n  {label}  ", StringComparison.Ordinal);
            var end = section < 0 ? -1 : help.IndexOf("\n\n", section, StringComparison.Ordinal);
            if (end > 0)
                help = help[..section]
                       + help[section..end].Replace(indent, deeper, StringComparison.Ordinal)
                           .Replace(label, shown, StringComparison.Ordinal)
                       + help[end..];
            help = help.Replace($"[{label}...]", shown, StringComparison.Ordinal);
        }

        foreach (var verb in command.Subcommands)
        {
            foreach (var argument in verb.Arguments.Where(IsOptionalList)) help = WithBrackets(help, verb, argument);
        }

        return help;
    }

    /// <summary>The row of a verb keeps its width.</summary>
    private static string WithBrackets(string help, Command verb, Argument argument)
    {
        var (label, shown) = Forms(argument);
        var spaces = new string(' ', shown.Length - label.Length);
        return help.Replace($"\n  {verb.Name} {label}{spaces}", $"\n  {verb.Name} {shown}", StringComparison.Ordinal);
    }

    private static (string Label, string Shown) Forms(Argument argument)
    {
        var name = argument.HelpName ?? argument.Name;
        return ($"<{name}>", $"[{name}...]");
    }
}
