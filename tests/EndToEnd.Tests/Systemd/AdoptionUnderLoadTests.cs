using System.Globalization;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>
/// Daemons that follow each other while clients use the workers: no request, connection, flow of datagrams or line is lost.
/// </summary>
public sealed class AdoptionUnderLoadTests(Machine machine) : SystemdTest(machine)
{
    private const int Times = 3;

    /// <summary>Of each of four servers. Each client opens a connection for each request.</summary>
    private const int Clients = 16;

    /// <summary>Of each of two servers. Each client keeps its connection.</summary>
    private const int KeepingClients = 8;

    private const int Copies = 4;
    private const int Node = 8081, Python = 8082, Nginx = 8083, Example = 8084, Datagrams = 8085;
    private const string Folder = "/opt/served";

    [Theory]
    [InlineData("reexec")]
    [InlineData("kill")]
    [InlineData("restart")]
    public async Task Daemon_ReplacedUnderLoad_ClientsNoticeNothing(string how)
    {
        ConfigureServers();
        await StartAsync();
        var before = Workers();
        var network = new MachineNetwork(Machine);
        var flows = network.Flows(40, Datagrams);
        var owners = await OwnersAsync(flows);
        HttpClients[] loads =
        [
            .. new[] { Node, Python, Nginx, Example }.Select(port => network.Load(port, Clients)),
            .. new[] { Node, Nginx }.Select(port => network.Load(port, KeepingClients, keeps: true)),
        ];
        var last = await Journal.EventAsync("started");
        for (var time = 0; time < Times; time++)
        {
            await ReplaceAsync(how);
            last = await Journal.EventAsync("started", after: last);
            Assert.Equal(owners, await OwnersAsync(flows));
        }

        foreach (var load in loads)
        {
            var (answered, failed, cut) = await load.StopAsync();
            Assert.Equal((0, 0), (failed, cut));
            Assert.InRange(answered, 100, int.MaxValue);
            load.Dispose();
        }

        foreach (var flow in flows) flow.Dispose();
        Assert.Equal(before, Workers());
        await AssertEvenAsync();
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event is "exit" or "not_steered");
        await UnitAsync("stop");
        Assert.Empty(Machine.Workers());
        await AssertLinesAsync(mostLost: how == "kill" ? Times : 0);
    }

    /// <summary>The processes that serve. The shells of the lines have another child for each line.</summary>
    private MachineProcess[] Workers() =>
    [
        .. Machine.Workers().Where(process => process.Service is not ("lines" or "lines_to_file"))
            .OrderBy(process => process.Pid),
    ];

    private async Task ReplaceAsync(string how)
    {
        if (how == "kill") await SignalAsync(await MainPidAsync(), "KILL");
        else if (how == "reexec") await Machine.DoAsync("reuseportctl", "reexec");
        else await Machine.DoAsync("systemctl", "restart", "reuseportd");
    }

    /// <summary>The worker of each flow.</summary>
    private static async Task<string[]> OwnersAsync(System.Net.Sockets.UdpClient[] flows) =>
        await Task.WhenAll(flows.Select(async flow =>
        {
            await flow.SendAsync("?"u8.ToArray());
            return Encoding.ASCII.GetString((await flow.ReceiveAsync().WaitAsync(Deadline.Patience)).Buffer);
        }));

    /// <summary>New connections reach the copies in turn. The daemon itself may make one.</summary>
    private async Task AssertEvenAsync()
    {
        var answers = await AskAsync(Example, times: 50 * Copies);
        Assert.All(answers.GroupBy(answer => answer), copy => Assert.InRange(copy.Count(), 48, 52));
    }

    /// <param name="mostLost">A killed daemon has read a line now and then that it has not passed on yet.</param>
    private async Task AssertLinesAsync(int mostLost)
    {
        var lines = await JournalctlAsync(1, "REUSEPORT_SERVICE=lines", "REUSEPORT_STREAM=stdout");
        AssertNumbered([.. lines.Select(line => line.Message)], mostLost);
        AssertNumbered(await File.ReadAllLinesAsync(Machine.Path(Folder + "/lines")), mostLost);
    }

    private static void AssertNumbered(string[] lines, int mostLost)
    {
        int[] numbers = [.. lines.Select(line => int.Parse(line.AsSpan(5), CultureInfo.InvariantCulture))];
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.InRange(numbers[^1] - numbers.Length, 0, mostLost);
    }

    private void ConfigureServers()
    {
        Directory.CreateDirectory(Machine.Path(Folder + "/empty"));
        File.Delete(Machine.Path(Folder + "/lines"));
        File.WriteAllText(Machine.Path(Folder + "/nginx.conf"), $$"""
            daemon off;
            worker_processes 1;
            events { worker_connections 64; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                server { listen 127.0.0.1:{{Nginx}}; location / { return 200 "ok"; } }
            }
            """);
        const string answers = "require('http').createServer((_, answer) => answer.end('ok'))";
        Serve("node", Node, $"[{Programs.Require("node", "nodejs")}, -e, \"{answers}.listen({Node}, '127.0.0.1')\"]");
        Serve("python", Python, $"[/usr/bin/python3, -m, http.server, \"{Python}\", --directory, {Folder}/empty]");
        var nginx = Programs.Require("nginx", "nginx-light");
        Serve("nginx", Nginx, $"[{nginx}, -p, {Folder}, -e, stderr, -c, nginx.conf, -g, \"pid nginx-{{worker}}.pid;\"]");
        Serve("hello", Example, $"[{MachineScript.Workers}/hello, \"{Example}\"]");
        Serve("shares", Datagrams, $"[{MachineScript.Workers}/shares, \"{{worker}}\", \"udp4,127.0.0.1,{Datagrams}\"]");
        const string lines = "[sh, -c, \"i=0; while :; do i=$((i+1)); echo line $i; sleep 0.005; done\"]";
        Configure(
            "lines", $$"""
            services:
              lines:
                command: {{lines}}
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
              lines_to_file:
                command: {{lines}}
                stdout: file:{{Folder}}/lines
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
    }

    private void Serve(string service, int port, string command) => Configure(
        service, $$"""
        services:
          {{service}}:
            command: {{command}}
            workers: {{Copies}}
            stderr: "null"
            reuseport: { ports: [{{port}}] }
        """);
}
