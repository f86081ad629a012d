using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed partial class RedisTests : DaemonTest
{
    [Fact]
    public async Task Server_FourCopies_AllServe()
    {
        var redis = Programs.Require("redis-server", "redis-server");
        foreach (var number in Copies.Numbers) Directory.CreateDirectory(Daemon.Folder[$"data/{number}"]);
        Daemon.Configure($$"""
            services:
              store:
                command:
                  [{{redis}}, --bind, {{Address}}, --port, "{{Port}}", --save, "", --dir, "{{Daemon.Folder["data"]}}/{worker}"]
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        await Copies.AllAnswerAsync(Copies.Pids(Daemon, "store"), async () =>
            ProcessId().Match(await Ask.TcpAsync(Address, Port, "INFO server\r\nQUIT\r\n")).Groups[1].Value);
    }

    [GeneratedRegex(@"^process_id:(\d+)\r$", RegexOptions.Multiline)]
    private static partial Regex ProcessId();
}
