namespace Tests.Manual;

/// <summary>
/// A generated part of a page of Markdown, between <c>&lt;!-- begin NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c>. With
/// GOLDEN_UPDATE=1 in the environment the part is written instead of compared; <c>make man</c> does that.
/// </summary>
internal static class GeneratedPart
{
    public static void Expect(string page, string name, string made)
    {
        var text = File.ReadAllText(Checkout.At(page));
        var (begin, end) = ($"<!-- begin {name} -->\n", $"<!-- end {name} -->\n");
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, $"{page} has no part {name}");
        Golden.Expect(page, $"{text[..(from + begin.Length)]}\n{made}\n{text[to..]}");
    }
}
