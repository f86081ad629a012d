using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Examples;

/// <summary>The examples whose answer names the worker and its process.</summary>
public sealed partial class HttpTests : ExampleTest
{
    public static TheoryData<string, int, string, string> Servers => new()
    {
        { "erlang", 8087, "escript", "erlang-base" },
        { "go", 8086, "go", "golang-go" },
        { "gunicorn", 8083, "gunicorn", "gunicorn" },
        { "hello", 8080, "cc", "gcc" },
        { "node", 8082, "node", "nodejs" },
        { "php", 8085, "php", "php-cli" },
        { "puma", 8084, "puma", "puma" },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public Task Restart_UnderLoad_LosesNothing(string name, int port, string program, string package) =>
        EachAnswersAndRollsAsync(name, (program, package), async client =>
        {
            var answer = await client.HttpAsync(port);
            Assert.Matches(Body(), answer);
            return Body().Match(answer).Value;
        });

    [Theory]
    [MemberData(nameof(Servers))]
    public Task Start_AsOrdinaryUser_Serves(string name, int port, string program, string package)
    {
        _ = port;
        return ServesAnOrdinaryUserAsync(name, (program, package));
    }

    [GeneratedRegex(@"worker \d+ pid \d+")]
    private static partial Regex Body();
}
