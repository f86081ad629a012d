using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>The daemon under many clients, and under hostile clients.</summary>
public sealed class LoadTests : DaemonTest
{
    private const int Clients = 50;
    private const int CallsEach = 200;

    private const string Crashing =
        """
        services:
          crash:
            command: [sh, -c, "sleep 0.05; exit 1"]
            workers: 4
            reuseport: { ports: any }
            readiness: { type: delay, delay: 0 }
            restart: { delay: 10ms, max_delay: 20ms }
          quiet: { command: [sleep, infinity], workers: 4, reuseport: { ports: any }, readiness: { type: delay, delay: 0 } }
        """;

    [Fact]
    public async Task Calls_WhileWorkersCrash_EachHasItsOwnAnswer()
    {
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        await CallAsync(0, CallsEach);
        var before = Memory();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => CallAsync(client, CallsEach)));

        // The memory of 50 connections and their buffers; calls add nothing.
        Assert.InRange(Memory() - before, -1L << 30, 48 << 20);
        using var api = Daemon.Api();
        var status = await GetAsync(api, "/v1/status?name=quiet");
        Assert.All(status["workers"]!.AsArray(), worker => Assert.Equal("ready", (string?)worker!["state"]));
    }

    /// <summary>
    /// Queries and commands in turns. Each client signals its own worker, and the answer must name that worker.
    /// </summary>
    private async Task CallAsync(int client, int calls)
    {
        using var api = Daemon.Api();
        var worker = string.Create(CultureInfo.InvariantCulture, $"quiet@{client % 4}");
        for (var call = 0; call < calls; call++)
        {
            switch (call % 4)
            {
                case 0:
                    var status = await GetAsync(api, $"/v1/status?name={worker}");
                    Assert.Equal(worker, (string?)Assert.Single(status["workers"]!.AsArray())!["name"]);
                    break;
                case 1:
                    using (var sent = await api.PostAsJsonAsync("/v1/signal", new { names = new[] { worker }, signal = "CONT" }))
                    {
                        var end = Assert.Single((await ReadAsync(sent))["workers"]!.AsArray())!;
                        Assert.Equal((worker, true), ((string?)end["name"], (bool)end["ok"]!));
                    }

                    break;
                case 2:
                    var name = $"crash@{client % 4}";
                    using (var restart = await api.PostAsJsonAsync("/v1/restart", new { names = new[] { name } }))
                        Assert.Equal(name, (string?)Assert.Single((await ReadAsync(restart))["workers"]!.AsArray())!["name"]);
                    break;
                default:
                    using (var none = await api.PostAsJsonAsync("/v1/stop", new { names = new[] { $"none-{client}-{call}" } }))
                    {
                        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
                        var problem = JsonNode.Parse(await none.Content.ReadAsStringAsync())!;
                        Assert.Equal(
                            ($"none-{client}-{call}", "no_such_name"), ((string?)problem["names"]![0], (string?)problem["code"]));
                    }

                    break;
            }
        }
    }

    [Theory]
    [InlineData("\r\n\r\n\0\0\0")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("GET /v1/status HTTP/9.9\r\n\r\n")]
    [InlineData("GET /v1/status HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("POST /v1/stop HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /v1/stop HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public async Task Request_MalformedHttp_IsRefused(string request)
    {
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        using var client = await Daemon.ConnectAsync();
        await client.SendAsync(Encoding.Latin1.GetBytes(request));
        client.Shutdown(SocketShutdown.Send);
        var answer = await AnswerAsync(client).WaitAsync(Deadline.Patience);

        Assert.True(
            answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)
                || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal),
            answer);
        await ServesAsync();
    }

    [Fact]
    public async Task Request_BodyOfAHundredMegabytes_IsRefusedAndNotHeld()
    {
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        await ServesAsync();
        var before = Memory();
        using var client = await Daemon.ConnectAsync();
        await client.SendAsync("POST /v1/stop HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n"u8.ToArray());
        var chunk = new byte[1 << 20];
        Array.Fill(chunk, (byte)' ');
        try
        {
            for (var sent = 0; sent < 100; sent++) await client.SendAsync(chunk);
        }
        catch (SocketException)
        {
            // The daemon has closed the connection.
        }

        Assert.InRange(Memory() - before, -1L << 30, 32 << 20);
        await ServesAsync();
    }

    /// <summary>
    /// As many connections as the descriptors of the test allow. A new connection replaces an older idle connection.
    /// </summary>
    [Fact]
    public async Task IdleConnections_TenThousand_LockNoUserOut()
    {
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        await ServesAsync();
        var before = Memory();
        using var enough = new CancellationTokenSource();
        Assert.Equal(10_000, await StayIdleAsync(10_000, enough.Token));

        await ServesAsync();
        Assert.InRange(Memory() - before, -1L << 30, 64 << 20);
        Assert.InRange(Directory.GetFiles($"/proc/{Daemon.Pid}/fd").Length, 1, 2200);
    }

    /// <summary>The silent clients outnumber the descriptors of the daemon.</summary>
    [Fact]
    public async Task IdleConnections_MoreThanDescriptors_LockNoUserOut()
    {
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        await ServesAsync();
        var limit = Directory.GetFiles($"/proc/{Daemon.Pid}/fd").Length + 50;
        var limited = await Command.RunAsync("prlimit", [$"--pid={Daemon.Pid}", $"--nofile={limit}:"]);
        Assert.Equal((0, ""), (limited.Code, limited.Error));
        List<Socket> idle = [];
        try
        {
            for (var number = 0; number < 500; number++) idle.Add(await Daemon.ConnectAsync());
            for (var asked = 0; asked < 20; asked++) await ServesAsync();
            // A worker that crashes at this moment has no open descriptors.
            await Deadline.UntilAsync(
                () => Directory.GetFiles($"/proc/{Daemon.Pid}/fd").Length >= limit - 10, "the descriptors are in use");
        }
        finally
        {
            foreach (var socket in idle) socket.Dispose();
        }
    }

    /// <summary>
    /// The clients outnumber the requests that may run at one time, and each has its own connections. Meanwhile 2,000 idle
    /// connections a second exceed the limit on connections.
    /// </summary>
    [Fact]
    public async Task Calls_BesideIdleConnections_AllAreAnswered()
    {
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        using var enough = new CancellationTokenSource();
        var idle = StayIdleAsync(100_000, enough.Token, TimeSpan.FromMilliseconds(50));
        await Task.WhenAll(Enumerable.Range(0, 300).Select(client => Task.Run(async () =>
        {
            for (var call = 0; call < 5; call++) await CallAsync(client, 4);
        })));
        await enough.CancelAsync();

        Assert.InRange(await idle, 1000, 100_000);
    }

    /// <summary>A new connection closes an idle connection of its own user, never of another user.</summary>
    [Fact]
    public async Task IdleConnections_OfOneUser_DoNotAffectOtherUsers()
    {
        Root.Require();
        Daemon.Folder.Write("etc/reuseportd.yaml", "socket_group: \"65534\"\n");
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        string[] nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        const string flood =
            """
            import socket, sys
            kept = []
            for number in range(5000):
                one = socket.socket(socket.AF_UNIX)
                one.connect(sys.argv[1])
                kept = kept[-1000:] + [one]
            print("all", flush=True)
            sys.stdin.read()
            """;
        using var stranger = Process.Start(Command.Start("setpriv", [.. nobody, "python3", "-c", flood, Daemon.ControlSocket]))!;
        Assert.Equal("all", await stranger.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Patience));
        await ServesAsync();
        using var enough = new CancellationTokenSource();
        var idle = StayIdleAsync(3000, enough.Token);
        var status = await Command.RunAsync(
            "setpriv", [.. nobody, Artifacts.Control, "status", "quiet", "--socket", Daemon.ControlSocket]);
        Assert.Equal((0, ""), (status.Code, status.Error));
        await idle;
        status = await Command.RunAsync(
            "setpriv", [.. nobody, Artifacts.Control, "status", "quiet", "--socket", Daemon.ControlSocket]);
        Assert.Equal((0, ""), (status.Code, status.Error));
        stranger.StandardInput.Close();
        await stranger.WaitForExitAsync().WaitAsync(Deadline.Patience);
    }

    [Fact]
    public async Task Events_WithoutAReader_AreNotKept()
    {
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        List<Socket> deaf = [];
        try
        {
            for (var number = 0; number < 20; number++)
            {
                var client = await Daemon.ConnectAsync();
                deaf.Add(client);
                await client.SendAsync("GET /v1/events HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            }

            var before = Memory();
            await CallAsync(1, 800);
            Assert.InRange(Memory() - before, -1L << 30, 48 << 20);
        }
        finally
        {
            foreach (var socket in deaf) socket.Dispose();
        }
    }

    [Fact]
    public async Task Events_OfACommand_ComeInTheirOrder()
    {
        Daemon.Configure(Crashing);
        await Daemon.StartAsync();
        using var api = Daemon.Api();
        await using var stream = await api.GetStreamAsync("/v1/events?name=quiet@2");
        using var reader = new StreamReader(stream);
        using var stopped = await api.PostAsJsonAsync("/v1/stop", new { names = new[] { "quiet@2" }, wait = true });
        Assert.Equal("stopped", (string?)(await ReadAsync(stopped))["workers"]![0]!["state"]);

        List<string> kinds = [];
        while (kinds is not [.., "exit"])
        {
            var line = await reader.ReadLineAsync().WaitAsync(Deadline.Patience);
            Assert.NotNull(line);
            if (line.StartsWith("event: ", StringComparison.Ordinal)) kinds.Add(line["event: ".Length..]);
        }

        Assert.Equal(["hello", "drain", "stop", "exit"], kinds);
    }

    [Fact]
    public async Task Logs_OfOneWorker_AreItsNewestLines()
    {
        Daemon.Configure(
            """
            services:
              talk:
                command: [sh, -c, "for n in 1 2 3; do echo $REUSEPORT_WORKER says $n; done; echo last; exec sleep infinity"]
                workers: 2
                reuseport: { ports: any }
                readiness: { type: delay, delay: 0 }
            """);
        await Daemon.StartAsync();
        await Daemon.LineAsync("last", "talk@1");
        using var api = Daemon.Api();
        var lines = (await api.GetStringAsync("/v1/logs?name=talk@1&lines=3")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!);

        Assert.Equal(
            [("talk@1", "stdout", "1 says 2"), ("talk@1", "stdout", "1 says 3"), ("talk@1", "stdout", "last")],
            lines.Select(line => ((string?)line["worker"], (string?)line["stream"], (string?)line["text"])));
    }

    [Fact]
    public async Task Status_PortOfAnotherProcess_NamesTheHolder()
    {
        using var stranger = new TcpListener(IPAddress.Parse("127.0.0.1"), 0);
        stranger.Start();
        var port = ((IPEndPoint)stranger.LocalEndpoint).Port;
        Daemon.Configure(
            $$"""
            services:
              web:
                command: [python3, -m, http.server, "{{port}}", --bind, 127.0.0.1]
                reuseport: { ports: {{port}} }
                restart: { delay: 10s }
            """);
        await Daemon.StartAsync();
        using var api = Daemon.Api();
        var detail = (string?)(await GetAsync(api, "/v1/status"))["workers"]![0]!["detail"];

        Facts.AssertIn(detail, $"127.0.0.1:{port} tcp", $"(process {Environment.ProcessId})");
    }

    /// <summary>Connections without a request. The newest stay open while others come.</summary>
    /// <returns>The number of connections.</returns>
    private async Task<int> StayIdleAsync(int most, CancellationToken enough, TimeSpan? eachHundred = null)
    {
        var idle = new Queue<Socket>();
        var number = 0;
        try
        {
            for (; number < most && !enough.IsCancellationRequested; number++)
            {
                if (number % 100 == 0 && eachHundred is { } pause) await Task.Delay(pause);
                idle.Enqueue(await Daemon.ConnectAsync());
                // The test need not keep connections that the daemon has closed.
                if (idle.Count > 1500) idle.Dequeue().Dispose();
            }
        }
        finally
        {
            foreach (var socket in idle) socket.Dispose();
        }

        return number;
    }

    private async Task ServesAsync()
    {
        using var api = Daemon.Api();
        Assert.Equal(8, (await GetAsync(api, "/v1/status"))["workers"]!.AsArray().Count);
    }

    private static async Task<JsonNode> GetAsync(HttpClient api, string path)
    {
        using var answer = await api.GetAsync(path);
        return await ReadAsync(answer);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Reads until the daemon closes the connection.</summary>
    private static async Task<string> AnswerAsync(Socket client)
    {
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await client.ReceiveAsync(buffer) is > 0 and var length)
                text.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }
        catch (SocketException)
        {
            // The daemon has closed the connection before it read all data.
        }

        return text.ToString();
    }

    /// <summary>Resident bytes of the daemon.</summary>
    private long Memory() => Processes.Memory(Daemon.Pid);
}
