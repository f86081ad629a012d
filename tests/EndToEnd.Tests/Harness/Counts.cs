using System.Globalization;
using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Harness;

/// <summary>The numbers in the summary lines of reuseportctl. The words of these lines are tested in Control.Tests.</summary>
internal static partial class Counts
{
    /// <summary>In their order. For <c>apply</c>: added, changed, removed, unchanged; ready, of all workers.</summary>
    public static int[] In(string text) =>
        [.. Number().Matches(text).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture))];

    /// <summary>The command succeeds without an error, and its one line begins with the service and has these numbers.</summary>
    public static void AssertLine(Command command, string service, params int[] counts)
    {
        Assert.Equal((0, ""), (command.Code, command.Error));
        AssertLine(command.Out, service, counts);
    }

    public static void AssertLine(string output, string service, params int[] counts)
    {
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"{service}: ", line, StringComparison.Ordinal);
        Assert.Equal(counts, In(line));
    }

    [GeneratedRegex(@"(?<![\w@.])\d+(?![\w.])")]
    private static partial Regex Number();
}
