using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>Copies of any program share one port if the daemon has control groups, and a restart loses nothing.</summary>
public sealed class ProgramTests : MethodTest
{
    [Theory]
    [InlineData("hello", "auto", "preload")]
    [InlineData("hello", "kernel", "kernel")]
    [InlineData("hello-static", "auto", "kernel")]
    [InlineData("hello-static", "kernel", "kernel")]
    [InlineData("hello-musl", "auto", "kernel")]
    [InlineData("hello-musl", "kernel", "kernel")]
    [InlineData("hello-raw", "auto", "preload")]
    [InlineData("hello-raw", "kernel", "kernel")]
    [InlineData("go-hello", "auto", "kernel")]
    [InlineData("go-hello", "kernel", "kernel")]
    [InlineData("go-hello-static", "auto", "kernel")]
    [InlineData("go-hello-static", "kernel", "kernel")]
    public async Task Restart_UnderLoad_LosesNothing(string program, string wanted, string used)
    {
        using var cgroup = new DelegatedCgroup();
        Configure(Command(program), $"method: {wanted}");
        await AssertAllAsync(cgroup, used);
    }

    [Theory]
    [InlineData("auto", "preload")]
    [InlineData("kernel", "kernel")]
    public async Task Restart_BindsByIoUring_LosesNothing(string wanted, string used)
    {
        IoUring.RequireBind();
        using var cgroup = new DelegatedCgroup();
        Configure(Command("hello-ring"), $"method: {wanted}");
        await AssertAllAsync(cgroup, used);
    }

    /// <summary>The file belongs to another user than the process that executes it.</summary>
    [Theory]
    [InlineData("auto")]
    [InlineData("kernel")]
    public async Task Restart_SetUidProgramOfAnotherUser_LosesNothing(string wanted)
    {
        using var cgroup = new DelegatedCgroup();
        var program = await Daemon.Folder.SetUidCopyAsync(Checkout.Worker("hello"), "hello", "nobody");
        Configure(Command("hello", program), $"method: {wanted}", more: "{ user: daemon, no_new_privileges: false }");
        await AssertAllAsync(cgroup, "kernel");
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("kernel")]
    public async Task Restart_StaticDatagramServer_LosesNoDatagram(string wanted)
    {
        using var cgroup = new DelegatedCgroup();
        Configure(CommandOf(Checkout.Worker("shares-static"), "x", "-n", $"udp4,{Address},{Port}"), $"method: {wanted}");
        await StartInAsync(cgroup);
        await using (var load = Load.Udp(Address, Port)) await AssertRestartLosesNothingAsync(load);

        await Daemon.StopAsync();
    }

    private async Task AssertAllAsync(DelegatedCgroup cgroup, string method)
    {
        await StartInAsync(cgroup);
        await AssertShareAsync(method);
        await using (var load = Load.Http(Address, Port)) await AssertRestartLosesNothingAsync(load);
        await AssertShareAsync(method);
        await Daemon.StopAsync();
    }
}
