namespace Decisions.Tests;

/// <summary>Sentences for users, by case.</summary>
internal static class Sentences
{
    /// <summary>Compares the sentences of all cases with a file: the name of each case, then its sentences.</summary>
    /// <param name="file">Below the folder of these tests.</param>
    public static void ExpectGolden(string file, IEnumerable<KeyValuePair<string, string[]>> cases) => Golden.Expect(
        $"tests/Decisions.Tests/{file}",
        string.Concat(cases.Select(one => $"{one.Key}:\n{string.Concat(one.Value.Select(sentence => $"    {sentence}\n"))}")));

    /// <summary>Asserts that a case has one sentence, with each of the facts.</summary>
    public static void AssertNames(string[] sentences, string[] facts)
    {
        var sentence = Assert.Single(sentences);
        Assert.All(facts, fact => Assert.Contains(fact, sentence, StringComparison.Ordinal));
    }
}
