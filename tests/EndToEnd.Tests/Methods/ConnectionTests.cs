using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>The kernel counts the open connections of each worker.</summary>
public sealed class ConnectionTests : MethodTest
{
    private const int Rounds = 6;
    private const int Clients = 60;

    [Theory]
    [InlineData("holds", "preload")]
    [InlineData("holds-static", "kernel")]
    public async Task Status_ConnectionsThatEndInEveryWay_EqualSockDiag(string program, string method)
    {
        using var cgroup = new DelegatedCgroup();
        Configure(CommandOf(Checkout.Worker(program), Address, $"{Port}"), "method: auto");
        await StartInAsync(cgroup);
        var random = new Random(1);
        var open = new List<Socket>();
        for (var round = 0; round < Rounds; round++)
        {
            for (var number = 0; number < Clients; number++) open.Add(await ConnectAsync());
            foreach (var client in open.Where(_ => random.Next(4) == 0)) await client.SendAsync("h"u8.ToArray());
            await AssertCountedAsync(open.Count, method);
            for (var number = random.Next(open.Count); number > 0; number--)
            {
                var at = random.Next(open.Count);
                await EndAsync(open[at], random.Next(4));
                open.RemoveAt(at);
            }

            await AssertCountedAsync(open.Count, method);
        }

        open.ForEach(client => client.Dispose());
        await AssertCountedAsync(0, method);
        await Daemon.StopAsync();
    }

    [Theory]
    [InlineData("holds", "auto")]
    [InlineData("holds-static", "auto")]
    [InlineData("holds-static", "kernel")]
    public async Task Restart_KeptConnection_IsServedUntilItsClientCloses(string program, string method)
    {
        using var cgroup = new DelegatedCgroup();
        Configure(
            CommandOf(Checkout.Worker(program), Address, $"{Port}"), $"method: {method}", workers: 1,
            more: "{ update: { drain_timeout: 10m } }");
        await StartInAsync(cgroup);
        using var kept = await ConnectAsync();
        await AssertServedAsync(kept);
        var restart = Daemon.ControlAsync("restart", "web");
        var drain = await Daemon.EventAsync("drain", "web@0");
        await Deadline.UntilAsync(async () => $"{(await WorkersAsync())[0]!["draining"]}" == "1", "the connection is shown");
        using (var next = await ConnectAsync()) await AssertServedAsync(next);
        await AssertServedAsync(kept);
        Assert.Empty(Daemon.Events("drained"));
        Assert.Empty(Daemon.Events("stop"));

        kept.Dispose();
        var drained = await Daemon.EventAsync("drained", "web@0", after: drain);
        Assert.Equal((drain.Pid, "0"), (drained.Pid, drained["REUSEPORT_CUT"] ?? "0"));
        Assert.Equal(drain.Pid, (await Daemon.EventAsync("stop", "web@0", after: drained)).Pid);
        Assert.Equal(0, (await restart).Code);
        await Daemon.EventAsync("exit");
        Assert.Equal(drain.Pid, Assert.Single(Daemon.Events("exit")).Pid);
        await Daemon.StopAsync();
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Parse(Address), Port);
        return client;
    }

    private static async Task AssertServedAsync(Socket client)
    {
        await client.SendAsync("e"u8.ToArray());
        var answer = new byte[1];
        Assert.Equal(1, await client.ReceiveAsync(answer).WaitAsync(Deadline.Patience));
    }

    private static async Task EndAsync(Socket client, int way)
    {
        if (way == 1) client.LingerState = new LingerOption(true, 0); // reset
        if (way == 2) await client.SendAsync("cx"u8.ToArray()); // the server resets
        if (way == 3) client.Shutdown(SocketShutdown.Send);
        client.Dispose();
    }

    private async Task<JsonArray> WorkersAsync() => (await Daemon.JsonAsync("status"))["workers"]!.AsArray();

    /// <summary>The status has the numbers of sock_diag at the moment when sock_diag lists all connections.</summary>
    private async Task AssertCountedAsync(int expected, string method)
    {
        string[] listed = [];
        await Deadline.UntilAsync(
            async () => await ListedAsync() is { } now && (listed = now).Length == expected, $"{expected} connections");
        var workers = await WorkersAsync();
        Assert.Equal(expected, workers.Sum(worker => worker!["connections"]!.GetValue<int>()));
        Assert.All(workers, worker =>
        {
            Assert.Equal(method, $"{worker!["method"]}");
            var held = listed.Count(line => line.Contains($"/{worker["name"]}.1", StringComparison.Ordinal));
            Assert.Equal(held, worker["connections"]!.GetValue<int>());
        });
    }

    /// <returns>
    /// The lines of ss(8) for the connections that processes hold, with their cgroups. Null if another test removed a cgroup
    /// while ss read the names of all cgroups.
    /// </returns>
    private async Task<string[]?> ListedAsync()
    {
        string[] states = ["state", "established", "state", "fin-wait-2", "state", "close-wait", "state", "fin-wait-1"];
        var list = await Harness.Command.RunAsync(
            "ss", ["-tnHO", "--cgroup", .. states, $"sport = :{Port}", "and", $"src = {Address}"]);
        Assert.Equal(0, list.Code);
        return list.Error.Length > 0 ? null : list.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
