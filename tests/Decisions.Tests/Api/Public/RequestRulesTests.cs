using Reuseportd.Api.Public;

namespace Decisions.Tests.Api.Public;

public sealed class RequestRulesTests
{
    [Theory]
    [InlineData("127.0.0.1:9180", true)]
    [InlineData("[::1]:9180", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("localhost", true)]
    [InlineData("LocalHost:9180", true)]
    [InlineData("web1.example:80", true)]
    [InlineData("evil.example:9180", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("", true)]
    [InlineData("[", false)]
    [InlineData(":", false)]
    public void IsKnownHost_OnlyAddressesAndNames(string host, bool isKnown) =>
        Assert.Equal(isKnown, new RequestRules(["localhost", "web1.example"]).IsKnownHost(host));

    [Fact]
    public void IsKnownHost_AnyName_IsKnown() => Assert.True(new RequestRules(["*"]).IsKnownHost("anything"));

    [Theory]
    [InlineData("", "127.0.0.1:9180", true)]
    [InlineData("http://127.0.0.1:9180", "127.0.0.1:9180", true)]
    [InlineData("http://web1", "web1", true)]
    [InlineData("http://web1", "web1:80", true)]
    [InlineData("https://web1:443", "web1", true)]
    [InlineData("http://WEB1:9180", "web1:9180", true)]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1:9180", false)]
    [InlineData("http://evil.example", "127.0.0.1:9180", false)]
    [InlineData("null", "127.0.0.1:9180", false)]
    [InlineData("http://127.0.0.1:9180.evil.example", "127.0.0.1:9180", false)]
    public void IsOwnOrigin_OnlyThisPort(string origin, string host, bool isOwn) =>
        Assert.Equal(isOwn, RequestRules.IsOwnOrigin(origin, host));

    [Theory]
    [InlineData("Bearer secret", true)]
    [InlineData("bearer  secret ", true)]
    [InlineData("Bearer secre", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Basic secret", false)]
    [InlineData("", false)]
    public void HasToken_OnlyTheWholeToken(string authorization, bool isPermitted) =>
        Assert.Equal(isPermitted, RequestRules.HasToken(authorization, "secret"u8));

    [Theory]
    [InlineData("", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/openmetrics-text; version=1.0.0", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1", true)]
    [InlineData("text/plain;q=0.9, application/openmetrics-text;q=0.1", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("; ; ,,", false)]
    public void Prefers_OpenMetricsIfWantedMost(string accept, bool isOpenMetrics) =>
        Assert.Equal(isOpenMetrics, MetricsHandler.Prefers(accept.Length == 0 ? [] : [accept]));
}
