using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

public sealed class StatusTests : DaemonTest
{
    [Fact]
    public async Task Status_Table_HasALineForEachWorker()
    {
        await StartAsync();
        var status = await Daemon.ControlAsync("status");

        Assert.Equal((0, ""), (status.Code, status.Error));
        var lines = status.Out.TrimEnd().Split('\n');
        Assert.Matches(@"^reuseportd \d+\.\d+\.\d+, .*\b\d+m?s, .*\b2 of 3\b.*\bnone$", lines[0]);
        Assert.Matches(@"\b(ebpf|cbpf|none)\b.*\btcp_migrate_req\b.*\b(on|off)$", lines[1]);
        Assert.Matches("^WORKER +STATE +READY +PID +GEN +BIND +UPTIME +RESTARTS +LAST-EXIT +NEXT-TRY +CPU +MEM$", lines[2]);
        Assert.Matches(@"^idle@0 +stopped +- +- +0 +- +- +0 +- +- +- +-$", lines[3]);
        Assert.Matches(
            $@"^web@0 +ready +\d+m?s +{Daemon.PidOf("web@0")} +1 +{Port} +\d+m?s +0 +- +- +[\d.]+% +\d+[KM]$", lines[4]);
        Assert.Matches(
            $@"^web@1 +ready +\d+m?s +{Daemon.PidOf("web@1")} +1 +{Port} +\d+m?s +0 +- +- +[\d.]+% +\d+[KM]$", lines[5]);
        Assert.Equal(6, lines.Length);
    }

    [Fact]
    public async Task Status_Json_HasTheWorkersAsObjects()
    {
        await StartAsync();
        var status = await Daemon.ControlAsync("status", "web@1", "-o", "json");

        Assert.Equal(0, status.Code);
        using var document = JsonDocument.Parse(status.Out);
        var worker = Assert.Single(document.RootElement.GetProperty("workers").EnumerateArray());
        Assert.Equal(("web@1", "ready"), (worker.GetProperty("name").GetString(), worker.GetProperty("state").GetString()));
        Assert.Equal(Daemon.PidOf("web@1"), worker.GetProperty("pid").GetInt32());
        Assert.Equal(
            ["bind", "listen"],
            worker.GetProperty("binds").EnumerateArray().Select(bind => bind.GetProperty("call").GetString()).Order());
        foreach (var bind in worker.GetProperty("binds").EnumerateArray())
        {
            Assert.Equal((Address, Port), (bind.GetProperty("address").GetString(), bind.GetProperty("port").GetInt32()));
            Assert.Equal((true, "ok"), (bind.GetProperty("sharded").GetBoolean(), bind.GetProperty("result").GetString()));
        }
    }

    [Theory]
    [InlineData("web", 0, 2)]
    [InlineData("web@0", 0, 1)]
    [InlineData("w*", 0, 2)]
    [InlineData("*@1", 0, 1)]
    [InlineData("[a-i]*", 3, 1)]
    [InlineData("idle", 3, 1)] // not ready
    public async Task Status_Name_HasItsWorkersAndItsExitCode(string name, int code, int workers)
    {
        await StartAsync();
        var status = await Daemon.ControlAsync("status", name);

        Assert.Equal(code, status.Code);
        Assert.Equal(workers, status.Out.Split('\n').Count(line => line.Contains('@', StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("wbe")]
    [InlineData("web@2")]
    [InlineData("web@")]
    public async Task Status_UnknownName_Fails(string name)
    {
        await StartAsync();
        var status = await Daemon.ControlAsync("status", name);

        Assert.Equal((4, ""), (status.Code, status.Out));
        Assert.Matches($"^reuseportctl: .*'{name}'\n$", status.Error);
    }

    [Fact]
    public async Task Status_SocketVariable_IsUsed()
    {
        await StartAsync();
        var status = await Command.RunAsync(
            Artifacts.Control, ["status"], new Dictionary<string, string> { ["REUSEPORTD_SOCKET"] = Daemon.ControlSocket });

        Assert.Equal(0, status.Code);
        Assert.Contains("web@0", status.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_ManyClientsAtOnce_AllAreAnswered()
    {
        await StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Daemon.ControlAsync("status", "web")));

        Assert.All(answers, answer => Assert.Equal(0, answer.Code));
    }

    [Fact]
    public async Task Status_DaemonIsNotRunning_Fails()
    {
        var status = await Daemon.ControlAsync("status");

        Assert.Equal((3, ""), (status.Code, status.Out));
        Assert.Contains(Daemon.ControlSocket, status.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stauts")]
    [InlineData("status", "-o", "xml")]
    [InlineData("status", "--no-such-option")]
    public async Task Status_WrongUsage_Fails(params string[] words)
    {
        var status = await Daemon.ControlAsync(words);

        Assert.Equal((2, ""), (status.Code, status.Out));
        Assert.StartsWith("reuseportctl: ", status.Error, StringComparison.Ordinal);
        Assert.EndsWith("see 'reuseportctl --help'\n", status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_Output_HasTheVerbs()
    {
        var help = await Command.RunAsync(Artifacts.Control, ["--help"]);

        Assert.Equal((0, ""), (help.Code, help.Error));
        Assert.Contains("status", help.Out, StringComparison.Ordinal);
        Assert.Contains("apply", help.Out, StringComparison.Ordinal);
        Assert.Contains("--socket", help.Out, StringComparison.Ordinal);
    }

    private async Task StartAsync()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                workers: 2
                reuseport: { ports: [{{Port}}] }
              idle:
                command: [sleep, "1000"]
                autostart: false
                reuseport: { ports: any, address: {{Daemon.Site.AddressOf(2)}} }
            """);
        await Daemon.StartAsync();
    }
}
