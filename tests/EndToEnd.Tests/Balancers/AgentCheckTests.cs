using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Balancers;

/// <summary>The answers to HAProxy's agent checks, and the port of them.</summary>
public sealed class AgentCheckTests : DaemonTest
{
    private readonly Site _agent = new();

    public AgentCheckTests() =>
        Daemon.Folder.Write("etc/reuseportd.yaml", $"agent_check: {_agent.Address}:{_agent.Port}\n");

    [Fact]
    public async Task Check_HostAndServices_HaveTheShareOfReadyWorkers()
    {
        ConfigureWeb();
        await Daemon.StartAsync();
        await AnswersAsync("web\n", "up ready 100%\n");
        await AnswersAsync("web\r\nmore", "up ready 100%\n");
        await AnswersAsync("wep\n", "down ready #no such service\n");
        await AnswersAsync(new string('x', 4000), "down ready #no such service\n");
        await AnswersAsync("bad\n", "down ready #bad: 0 of 1 workers ready\n");
        Assert.Equal("down ready #bad: 0 of 1 workers ready\n", await CheckAsync(""));

        Assert.Equal(0, (await Daemon.ControlAsync("stop", "bad")).Code);
        await AnswersAsync("", "up ready 100%\n");
        await Daemon.StopAsync();
    }

    /// <summary>A client without <c>agent-send</c> keeps its connection open and sends nothing.</summary>
    [Fact]
    public async Task Check_SilentClients_AreAnsweredForTheHost()
    {
        ConfigureWeb();
        await Daemon.StartAsync();
        await Daemon.ControlAsync("stop", "bad");
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            using var client = new TcpClient(_agent.Address, _agent.Port);
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadToEndAsync().WaitAsync(Deadline.Patience);
        }));
        Assert.All(answers, answer => Assert.Equal("up ready 100%\n", answer));
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Check_DrainedHost_ToldToLeave()
    {
        ConfigureWeb();
        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("drain", "--lb-grace", "10m", "--no-wait")).Code);
        await AnswersAsync("web\n", "drain\n");
        Assert.Equal(0, (await Daemon.ControlAsync("drain", "--lb-grace", "0s")).Code);
        await AnswersAsync("web\n", "maint\n");
        Assert.Equal(0, (await Daemon.ControlAsync("undrain", "--no-wait")).Code);
        await AnswersAsync("web\n", "up ready 100%\n");
        await Daemon.StopAsync();
    }

    /// <summary>Clients wait in the queue of the port: none is refused.</summary>
    [Fact]
    public async Task Check_Reexec_EachClientIsAnswered()
    {
        ConfigureWeb();
        await Daemon.StartAsync();
        await using (var load = Load.Start(
            async () => Assert.Equal("up ready 100%\n", await CheckAsync("web\n")), clients: 4))
        {
            for (var time = 0; time < 3; time++)
            {
                await load.AnswersAsync(20);
                var known = Daemon.Events("adopted").Length;
                Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
                await Daemon.Log.WaitAsync(_ => Daemon.Events("adopted").Length > known, "the workers are taken over");
            }

            await load.AnswersAsync(20);
            var failures = await load.StopAsync();
            // A connection that the old program had accepted ends with it.
            Assert.True(failures.Length <= 3 * 4, string.Join('\n', failures));
            Assert.DoesNotContain(failures, failure => failure.Contains("refused", StringComparison.Ordinal));
        }

        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Port_OfAnotherProgram_DaemonDoesNotStart()
    {
        ConfigureWeb();
        using var other = new TcpListener(System.Net.IPAddress.Parse(_agent.Address), _agent.Port);
        other.Start();
        Daemon.Launch();
        Assert.Equal(78, await Daemon.ExitAsync());
        Assert.Equal("98", Assert.Single(Daemon.Events("not_listening"))["ERRNO"]);
    }

    private void ConfigureWeb() => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
            workers: 2
            reuseport: { ports: [{{Port}}] }
          bad:
            command: [sh, -c, "exit 3"]
            restart: no
            reuseport: { ports: any }
        """);

    private Task<string> CheckAsync(string request) => Ask.TcpAsync(_agent.Address, _agent.Port, request);

    /// <summary>
    /// An answer may be older than a command by a fraction of a second, and is for the host if the name comes too late.
    /// </summary>
    private Task AnswersAsync(string request, string answer) =>
        Deadline.UntilAsync(async () => await CheckAsync(request) == answer, $"the answer is {answer}");
}
