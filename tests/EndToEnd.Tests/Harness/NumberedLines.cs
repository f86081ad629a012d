using System.Globalization;

namespace EndToEnd.Tests.Harness;

/// <summary>The output of a worker that numbers its lines, from 1.</summary>
internal static class NumberedLines
{
    /// <summary>Asserts that no line is lost.</summary>
    /// <param name="mayRepeat">True after the death of a daemon: the next one reads again what may not have been written.</param>
    public static void AssertAll(IEnumerable<string> lines, bool mayRepeat)
    {
        int[] numbers = [.. lines.Select(line => int.Parse(line.AsSpan(line.IndexOf(' ') + 1), CultureInfo.InvariantCulture))];
        int[] distinct = [.. numbers.Distinct().Order()];
        Assert.NotEmpty(distinct);
        Assert.Equal((1, distinct.Length), (distinct[0], distinct[^1]));
        if (!mayRepeat) Assert.Equal(distinct, numbers);
    }
}
