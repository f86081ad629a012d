using Reuseportd.Api.Http;

namespace Decisions.Tests.Api;

public sealed class RequestsTests
{
    [Fact]
    public void Names_Repeated_AreReturnedOnce() =>
        Assert.Equal(["web", "dns@0"], Requests.Names(["web", "dns@0", "web"]).Select(name => name.Text));

    /// <summary>A valid or missing first name must not hide an invalid second name.</summary>
    [Theory]
    [InlineData(null, "a name is text")]
    [InlineData("web", "no name is longer than 128 characters: ")]
    public void Names_InvalidName_IsRefused(string? first, string why)
    {
        var problem = Assert.Throws<Problem>(() => Requests.Names([first!, new string('*', 60_000)]));
        Assert.Equal(400, problem.Status);
        Assert.StartsWith(why, problem.Document.Error, StringComparison.Ordinal);
    }
}
