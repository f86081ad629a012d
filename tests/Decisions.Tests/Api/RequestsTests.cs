using Reuseportd.Api.Http;

namespace Decisions.Tests.Api;

public sealed class RequestsTests
{
    [Fact]
    public void Names_SeveralTimesTheSame_AreTakenOnce() =>
        Assert.Equal(["web", "dns@0"], Requests.Names(["web", "dns@0", "web"]).Select(name => name.Text));

    /// <summary>What stands in front of a name that is refused must not hide it.</summary>
    [Theory]
    [InlineData(null, "a name is text")]
    [InlineData("web", "no name is longer than 128 characters: ")]
    public void Names_OneThatIsNone_AreRefused(string? first, string why)
    {
        var problem = Assert.Throws<Problem>(() => Requests.Names([first!, new string('*', 60_000)]));
        Assert.Equal(400, problem.Status);
        Assert.StartsWith(why, problem.Document.Error, StringComparison.Ordinal);
    }
}
