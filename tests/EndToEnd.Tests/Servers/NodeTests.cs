using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed class NodeTests : DaemonTest
{
    private const string Script = """
        const http = require('http');
        const me = `${process.env.REUSEPORT_WORKER} in ${process.pid}`;
        http.createServer((request, response) => response.end(me)).listen(...process.argv.slice(2));
        """;

    /// <summary>Without an address, Node listens on the wildcard address of both families at once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Http_FourCopies_AllServe(bool wildcard)
    {
        var node = Programs.Require("node", "nodejs");
        var script = Daemon.Folder.Write("server.js", Script);
        Daemon.Configure($$"""
            services:
              web:
                command: [{{node}}, {{script}}, "{{Port}}"{{(wildcard ? "" : $", {Address}")}}]
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        var expected = Copies.Numbers.Select(number => $"{number} in {Daemon.PidOf($"web@{number}")}").ToArray();
        await Copies.AllAnswerAsync(expected, () => Ask.HttpAsync(Address, Port));
    }
}
