namespace EndToEnd.Tests.Recipes;

public sealed class StatsdTests : RecipeTest
{
    /// <summary>statsd answers no datagram: the kernel counts the datagrams of each copy.</summary>
    [Fact]
    public Task Restart_UnderLoad_EachCopyIsGivenDatagrams() =>
        ServesAndRollsAsync(
            "statsd", ("/usr/local/lib/node_modules/statsd/stats.js", "npm, then npm install -g statsd@0.9.0"),
            client => client.SendAsync(8125, "requests:1|c"u8.ToArray()));
}
