using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Harness;

/// <summary>The last line of a process, which the client shows behind what the daemon says of a worker.</summary>
internal static partial class LastLine
{
    /// <summary>What the daemon says alone, for tests of that.</summary>
    public static string Without(string text) => Shown().Replace(text, "");

    [GeneratedRegex("; (its last line|last line of [^:\\n]*): .*")]
    private static partial Regex Shown();
}
