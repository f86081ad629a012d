using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>With privileged_ports, a worker of an ordinary user may bind the low ports of its service.</summary>
public sealed class PrivilegedPortTests : MethodTest
{
    private const int Low = 843;
    private const int OtherLow = 844;

    [Theory]
    [InlineData("hello-static", "kernel")]
    [InlineData("hello-static", "auto")]
    [InlineData("hello", "auto")]
    public async Task Bind_ListedPort_IsShared(string program, string method)
    {
        using var cgroup = Prepare(
            $"method: {method}, privileged_ports: true", CommandOf(await Daemon.WorkerCopyAsync(program), $"{Low}", Address));
        await StartInAsync(cgroup);

        var pids = Copies.Pids(Daemon, "web");
        foreach (var pid in pids.Select(int.Parse))
            Assert.Equal(new string('0', 16), Processes.Status(pid, "CapEff"));
        await Copies.AllAnswerAsync(pids, async () => (await Ask.HttpAsync(Address, Low)).Split(' ')[^1]);
        await Daemon.StopAsync();
    }

    [Theory]
    [InlineData("true", "bound")]
    [InlineData("false", "failed")]
    public async Task Bind_OtherPort_IsRefused(string permitted, string expected)
    {
        var program = await Daemon.WorkerCopyAsync("binds-static");
        using var cgroup = Prepare(
            $"method: kernel, privileged_ports: {permitted}",
            CommandOf(program, $"tcp4,{Address},{Low}", $"tcp4,{Address},{OtherLow}"),
            "readiness: { type: delay, delay: 0s }");
        await StartInAsync(cgroup);

        const string denied = ": 13";
        var own = await Daemon.LineAsync($"{expected} tcp4 {Address} {Low}", "web@0");
        Assert.Equal(expected == "failed", own.Message.EndsWith(denied, StringComparison.Ordinal));
        await Daemon.LineAsync($"failed tcp4 {Address} {OtherLow}{denied}", "web@0");
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Bind_NotPermitted_StatusHasTheRemedy()
    {
        using var cgroup = Prepare(
            "method: auto", CommandOf(await Daemon.WorkerCopyAsync("hello"), $"{Low}", Address), "restart: no");
        await StartInAsync(cgroup);

        Assert.Equal("EACCES", (await Daemon.EventAsync("bind", "web@0"))["REUSEPORT_RESULT"]);
        var worker = (await Daemon.JsonAsync("status", "web@0"))["workers"]![0]!;
        Facts.AssertIn($"{worker["detail"]}", $"{Address}:{Low}", "user nobody", "ambient_capabilities: [net_bind_service]");
        await Daemon.StopAsync();
    }

    private DelegatedCgroup Prepare(string reuseport, string command, string more = "workers: 4")
    {
        PrivilegedPorts.Require(OtherLow);
        var cgroup = new DelegatedCgroup();
        Daemon.Configure($$"""
            services:
              web:
                command: {{command}}
                user: nobody
                reuseport: { ports: [{{Low}}], {{reuseport}} }
                {{more}}
            """);
        return cgroup;
    }
}
