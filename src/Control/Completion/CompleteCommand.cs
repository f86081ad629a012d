using System.CommandLine.Completions;

namespace Reuseportd.Control.Completion;

/// <summary>
/// The words that can end a command line, one a line. The completion scripts of the shells call it; help does not show it.
/// </summary>
internal static class CompleteCommand
{
    public const string Name = "__complete";

    /// <param name="line">The command line up to the cursor, including the program's name.</param>
    public static int Run(string line)
    {
        foreach (var word in Candidates(line)) Console.WriteLine(word);
        return ExitCode.Ok;
    }

    public static IEnumerable<string> Candidates(string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0) return [];
        var rest = line[(blank + 1)..].TrimStart();
        var typed = rest[(rest.LastIndexOf(' ') + 1)..];
        return CommandTree.Create().Parse(rest).GetCompletions(rest.Length)
            .Select((CompletionItem item) => item.InsertText ?? item.Label)
            .Where(word => word.StartsWith(typed, StringComparison.Ordinal) && word is not ("-?" or "-h" or "/?" or "/h"))
            // Options are offered only after a '-'.
            .Where(word => typed.StartsWith('-') || !word.StartsWith('-')).Distinct();
    }
}
