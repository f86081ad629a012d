namespace Tests.Manual;

/// <summary>
/// A page of the manual. <c>tests/Manual/NAME.in</c> is written by hand, and a generated part replaces each line <c>@PART@</c>
/// in it. With GOLDEN_UPDATE=1 in the environment the page in <c>docs/man</c> is written instead of compared;
/// <c>make man</c> does that.
/// </summary>
internal static class Page
{
    public static void Expect(string name, params ReadOnlySpan<(string Part, string Text)> parts)
    {
        var text = File.ReadAllText(Checkout.At($"tests/Manual/{name}.in"));
        foreach (var (part, made) in parts)
        {
            Assert.Contains($"\n@{part}@\n", text, StringComparison.Ordinal);
            text = text.Replace($"\n@{part}@\n", $"\n{made}", StringComparison.Ordinal);
        }

        var page = Checkout.At($"docs/man/{name}");
        if (Golden.IsUpdated) File.WriteAllText(page, text);
        Assert.Equal(File.ReadAllText(page), text);
    }
}
