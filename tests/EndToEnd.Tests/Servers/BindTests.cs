using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Updating;

namespace EndToEnd.Tests.Servers;

/// <summary>bind9 listens before its zones are loaded, and answers SERVFAIL until they are.</summary>
public sealed class BindTests : SteeredTest
{
    private const int Workers = 3;

    /// <summary>The last address record of the zone.</summary>
    private static byte[] Query => [0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, .. "last"u8, 4, .. "test"u8, 0, 0, 1, 0, 1];

    [Theory]
    [InlineData(Program, "{ type: dns, name: last.test, qtype: A, period: 50ms }", 60_000, 2)]
    // The time to settle is far longer than it takes to load this zone.
    [InlineData(Program, "{ type: bind, settle: 4s }", 5_000, 1)]
    // named has several UDP sockets on one address. They close together, in an order that is not known at the second restart.
    [InlineData(Classic, "{ type: dns, name: last.test, qtype: A, period: 50ms }", 60_000, 2)]
    public async Task Restart_UnderLoad_LosesNothingAndAnswersEachQuery(string way, string readiness, int records, int restarts)
    {
        ConfigureBind(readiness, records);
        await StartAsync(way);
        await using var load = Load.Dns("127.0.0.1", Port, Query);
        await load.AnswersAsync(200);
        for (var round = 0; round < restarts; round++)
        {
            var restart = await Daemon.LongControlAsync("restart", "dns");
            Assert.Equal((0, $"dns: {Workers} of {Workers} workers ready\n"), (restart.Code, restart.Out));
            await load.AnswersAsync(200);
        }

        Assert.Empty(await load.StopAsync());
        Assert.Equal(restarts * Workers, Daemon.Events("exit").Length);
    }

    private void ConfigureBind(string readiness, int records)
    {
        var named = Programs.Require("named", "bind9");
        Directory.CreateDirectory(Daemon.Folder["state"]);
        // named does not start if its user cannot write to its directory.
        Daemon.Folder.Mode("state", "777");
        var zone = Daemon.Folder.Write("test.zone", Zone(records));
        var configuration = Daemon.Folder.Write("named.conf", $$"""
            options {
                directory "{{Daemon.Folder["state"]}}";
                pid-file none;
                session-keyfile none;
                listen-on port {{Port}} { 127.0.0.1; };
                listen-on-v6 { none; };
                recursion no;
                dnssec-validation no;
                empty-zones-enable no;
            };
            controls { };
            zone "test" { type primary; file "{{zone}}"; };
            """);
        var user = Environment.IsPrivilegedProcess ? "-u, bind, " : "";
        Daemon.Configure($$"""
            services:
              dns:
                command: [{{named}}, -g, -f, {{user}}-c, {{configuration}}]
                workers: {{Workers}}
                reuseport: { ports: [{{Port}}] }
                readiness: {{readiness}}
                update: { max_surge: {{Workers}} }
            """);
    }

    private static string Zone(int records)
    {
        const string head = "$TTL 60\n@ SOA ns mail 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\nlast A 10.255.255.255\n";
        return head + string.Concat(Enumerable.Range(0, records).Select(Host));

        static string Host(int number) => $"h{number} A 10.{number >> 16}.{number >> 8 & 255}.{number & 255}\n";
    }
}
