using CsCheck;
using Reuseportd.Configuration.Reading;

namespace Decisions.Tests.Configuration;

public sealed class SpellingTests
{
    private static readonly string[] Words = ["restart", "readiness", "reuseport", "max_delay", "user", "log", "log_level"];

    [Theory]
    [InlineData("restrat", "restart")]
    [InlineData("restarts", "restart")]
    [InlineData("Restart", "restart")]
    [InlineData("max-delay", "max_delay")]
    [InlineData("maxDelay", "max_delay")]
    [InlineData("MaxDelay", "max_delay")]
    [InlineData("usr", "user")]
    [InlineData("lgo", "log")]
    [InlineData("loglevel", "log_level")]
    public void Nearest_Misspelt_FindsTheWord(string written, string word) =>
        Assert.Equal(word, Spelling.Nearest(written, Words));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("backoff")]
    [InlineData("restartrestartrestartrestartrestartrestart")]
    public void Nearest_NoSimilarWord_IsNull(string written) => Assert.Null(Spelling.Nearest(written, Words));

    [Fact]
    public void Nearest_TheWordItself_IsTheWord() =>
        Gen.String[Gen.Char.AlphaNumeric, 1, 30].Sample(
            word => Spelling.Nearest(word, [word, word + "xxxx"]) == word,
            iter: Iterations.Times(1_000));
}
