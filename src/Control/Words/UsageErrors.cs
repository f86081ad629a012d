using System.CommandLine;

namespace Reuseportd.Control.Words;

/// <summary>What is wrong with a command line, the cause alone.</summary>
internal static class UsageErrors
{
    /// <returns>One sentence each; empty where nothing is wrong.</returns>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0) return [];
        // That no command was given is only what follows from a word that is none.
        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [var word, ..])
            return [word.StartsWith('-') ? $"unknown option '{word}'" : $"there is no command '{word}'"];
        return [.. parsed.Errors.Select(error => error.Message)];
    }
}
