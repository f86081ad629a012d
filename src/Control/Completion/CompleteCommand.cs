using System.CommandLine.Completions;

namespace Reuseportd.Control.Completion;

/// <summary>
/// What could stand at the end of a command line: the scripts of the shells ask for it, hidden from people. One word a line.
/// </summary>
internal static class CompleteCommand
{
    public const string Name = "__complete";

    /// <param name="line">The command line up to the cursor, the program's name included.</param>
    public static int Run(string line)
    {
        foreach (var word in Of(line)) Console.WriteLine(word);
        return ExitCode.Ok;
    }

    public static IEnumerable<string> Of(string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0) return [];
        var rest = line[(blank + 1)..].TrimStart();
        var typed = rest[(rest.LastIndexOf(' ') + 1)..];
        return CommandTree.Create().Parse(rest).GetCompletions(rest.Length)
            .Select((CompletionItem item) => item.InsertText ?? item.Label)
            .Where(word => word.StartsWith(typed, StringComparison.Ordinal) && word is not ("-?" or "-h" or "/?" or "/h"))
            // Options are offered to who has begun one.
            .Where(word => typed.StartsWith('-') || !word.StartsWith('-')).Distinct();
    }
}
