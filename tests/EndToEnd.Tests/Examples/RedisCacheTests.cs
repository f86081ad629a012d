using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Examples;

public sealed partial class RedisCacheTests : ExampleTest
{
    private static readonly (string, string) Program = ("redis-server", "redis-server");

    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        EachAnswersAndRollsAsync("redis-cache", Program, async client =>
        {
            var answer = await client.TcpAsync(6390, "SET k v\r\nGET k\r\nINFO server\r\nQUIT\r\n");
            Assert.StartsWith("+OK\r\n$1\r\nv\r\n", answer, StringComparison.Ordinal);
            return ProcessId().Match(answer).Value;
        });

    [Fact]
    public Task Start_AsOrdinaryUser_Serves() => ServesAnOrdinaryUserAsync("redis-cache", Program);

    [GeneratedRegex(@"process_id:\d+")]
    private static partial Regex ProcessId();
}
