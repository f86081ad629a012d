using System.CommandLine;

namespace Reuseportd.Control.Arguments;

/// <summary>The errors of a command line; only causes, not their consequences.</summary>
internal static class UsageErrors
{
    /// <returns>A sentence for each error; empty without errors.</returns>
    public static IReadOnlyList<string> Find(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0) return [];
        // A word that is not a command causes a second error, "no command was given".
        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [var word, ..])
            return [word.StartsWith('-') ? $"unknown option '{word}'" : $"there is no command '{word}'"];
        return [.. parsed.Errors.Select(error => error.Message)];
    }
}
