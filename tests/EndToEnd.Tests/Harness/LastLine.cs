using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Harness;

/// <summary>The last line of a process, which the client shows after the detail of a worker.</summary>
internal static partial class LastLine
{
    /// <summary>The text without the last lines of processes.</summary>
    public static string Without(string text) => Shown().Replace(text, "");

    [GeneratedRegex("; last line of [^:\\n]*: .*")]
    private static partial Regex Shown();
}
