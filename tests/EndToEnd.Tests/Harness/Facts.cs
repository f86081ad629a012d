namespace EndToEnd.Tests.Harness;

/// <summary>Names, paths and numbers that a sentence must have; its other words do not count.</summary>
internal static class Facts
{
    public static void AssertIn(string? text, params string[] facts) =>
        Assert.All(facts, fact => Assert.Contains(fact, text, StringComparison.Ordinal));
}
