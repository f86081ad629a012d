using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Controllers;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Platforms;

/// <summary>A test of the daemon on the kernel and the processor of a <see cref="GuestMachine"/>.</summary>
[Collection<GuestCollection>]
public abstract class KernelTest(GuestMachine machine) : GuestTest(machine)
{
    private protected const int Workers = 4;
    private const string Address = "127.0.0.1";

    /// <summary>More clients would take an emulated processor from the daemon: each asks again at once.</summary>
    private const string ClosedLoop = "2 600";

    /// <summary>20 requests a second, independent of earlier ones.</summary>
    private protected const string OpenLoop = "6000 300 once";

    /// <summary>Of Linux's versions, those from which on a part of the daemon works.</summary>
    private protected static readonly Version
        ForKernelMethod = new(5, 13), ForProgram = new(5, 14), ForSeccomp = new(5, 19),
        ForTracing = GuestMachine.IsArm ? new(6, 4) : ForKernelMethod;

    private static int _port = 8000;

    /// <summary>A port for this test alone.</summary>
    private protected int Port { get; } = ++_port;

    private protected async Task RequireAsync(Version version)
    {
        var kernel = await KernelAsync();
        Assert.SkipUnless(kernel >= version, $"needs Linux {version}");
    }

    private protected async Task<Version> KernelAsync()
    {
        var parts = (await Machine.DoAsync("cat /proc/sys/kernel/osrelease")).Split('.', '-', '+');
        return new Version(Number(parts[0]), Number(parts[1]));
    }

    /// <summary>A daemon with workers of this program, which takes its port as an argument.</summary>
    /// <param name="steering">The mode of the daemon.</param>
    private protected async Task<GuestDaemon> StartAsync(
        string program = "hello", string steering = "auto", string method = "auto", int workers = Workers, string limits = "")
    {
        var daemon = Daemon();
        await ConfigureAsync(daemon, program, steering, method, workers, limits);
        await daemon.StartAsync();
        return daemon;
    }

    private protected Task ConfigureAsync(
        GuestDaemon daemon, string program = "hello", string steering = "auto", string method = "auto", int workers = Workers,
        string limits = "") =>
        daemon.ConfigureAsync($$"""
            steering: {{steering}}
            services:
              web:
                command: [{{Worker(program)}}, "{{Port}}", {{Address}}]
                workers: {{workers}}
                reuseport: { ports: [{{Port}}], method: {{method}} }
                limits: { {{limits}} }
            """);

    private protected static async Task<JsonNode> StatusAsync(GuestDaemon daemon)
    {
        var status = await daemon.ControlAsync("status -o json web");
        Assert.True(status.Code == 0, status.Error);
        return JsonNode.Parse(status.Out)!;
    }

    /// <summary>The pids of the workers, by slot.</summary>
    private protected static async Task<int[]> PidsAsync(GuestDaemon daemon) =>
        [.. (await StatusAsync(daemon))["workers"]!.AsArray().Select(worker => (int)worker!["pid"]!)];

    /// <summary>The number of answers of each worker's process, by its pid.</summary>
    private protected async Task<Dictionary<int, int>> AskAsync(int times)
    {
        var answers = await Machine.DoAsync($"{Worker("asks")} {Address} {Port} {times}");
        // The last word of an answer is the pid.
        return answers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(answer => Number(answer.Split(' ')[^1]))
            .CountBy(pid => pid).ToDictionary();
    }

    /// <summary>Each worker, and no other process, answers.</summary>
    private protected async Task AssertShareAsync(GuestDaemon daemon, string method, int workers = Workers)
    {
        var all = (await StatusAsync(daemon))["workers"]!.AsArray();
        Assert.Equal(workers, all.Count);
        Assert.All(all, worker => Assert.Equal(("ready", method), ($"{worker!["state"]}", $"{worker["method"]}")));
        Assert.Equal((await PidsAsync(daemon)).Order(), (await AskAsync(times: 100)).Keys.Order());
    }

    /// <summary>Clients make requests until the work is done, and none of the requests fails.</summary>
    private protected async Task UnderLoadAsync(Func<Task> work)
    {
        var counts = await LoadAsync(ClosedLoop, work);
        Assert.True((int)counts["failed"]! == 0, $"{counts}");
    }

    /// <summary>Clients make requests until the work is done.</summary>
    /// <param name="requests">See bench/load/http_load.c: CLIENTS SECONDS [keep|once].</param>
    /// <returns>The counts of that program.</returns>
    private protected async Task<JsonNode> LoadAsync(string requests, Func<Task> work)
    {
        var load = $"/run/load{Port}";
        await Machine.DoAsync(
            $"{Worker("http_load")} {Address} {Port} {requests} > {load} 2>&1 < /dev/null &\necho $! > {load}.pid");
        try
        {
            await work();
        }
        finally
        {
            await Machine.RunAsync($"kill -TERM $(cat {load}.pid)");
        }

        var text = "";
        await Deadline.UntilAsync(
            async () => (text = (await Machine.DoAsync($"cat {load}")).Trim()).EndsWith('}'), "the load has ended");
        var counts = JsonNode.Parse(text)!;
        TestContext.Current.TestOutputHelper?.WriteLine($"{counts["answered"]} requests");
        Assert.InRange((int)counts["answered"]!, 20, int.MaxValue);
        return counts;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
