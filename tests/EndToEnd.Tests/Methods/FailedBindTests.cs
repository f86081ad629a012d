using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>
/// Binds of programs without the library that fail. Some kernels do not let the daemon see their errno. It then finds the cause.
/// </summary>
public sealed class FailedBindTests : MethodTest
{
    private const string Missing = "192.0.2.1";

    [Theory]
    [InlineData("hello-static")]
    [InlineData("go-hello-static")]
    public async Task Bind_PortOfAnotherProcess_CauseNamesTheProcess(string program)
    {
        using var cgroup = new DelegatedCgroup();
        using var other = new TcpListener(IPAddress.Parse(Address), Port);
        other.Start();
        Configure(Command(program), "method: kernel", workers: 1, more: "{ restart: no }");
        await StartInAsync(cgroup);

        var bind = await Daemon.EventAsync("bind", "web@0");
        Assert.Contains(bind["REUSEPORT_RESULT"], (string[])["EADDRINUSE", "failed"]);
        Assert.Equal((Address, Port), (bind["REUSEPORT_ADDRESS"], bind.Number("REUSEPORT_PORT")));
        var cause = await Daemon.EventAsync("cause", "web@0");
        Facts.AssertIn(cause["REUSEPORT_REASON"], Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        other.Stop(); // before the check that no socket is left
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Bind_AddressOfNoInterface_CauseNamesTheAddress()
    {
        using var cgroup = new DelegatedCgroup();
        var command = CommandOf(Checkout.Worker("hello-static"), $"{Port}", Missing);
        Configure(command, "method: kernel", workers: 1, more: "{ restart: no }");
        await StartInAsync(cgroup);

        var bind = await Daemon.EventAsync("bind", "web@0");
        Assert.Contains(bind["REUSEPORT_RESULT"], (string[])["EADDRNOTAVAIL", "failed"]);
        Facts.AssertIn((await Daemon.EventAsync("cause", "web@0"))["REUSEPORT_REASON"], $"{Missing}:{Port}");
        await Daemon.StopAsync();
    }

    /// <summary>A process that cannot be traced keeps its socket from the daemon, which then cannot set the interface.</summary>
    [Theory]
    [InlineData("interface: lo", 1)]
    [InlineData("reuse_address: true", 0)]
    public async Task Bind_ProcessThatIsNotDumpable_IsRefusedOnlyIfItMustBeConfined(string option, int errno)
    {
        const int setDumpable = 4;
        var program = $"""
            import ctypes, socket, sys
            ctypes.CDLL(None).prctl({setDumpable}, 0)
            s = socket.socket()
            try: s.bind(('{Address}', {Port})); print('errno 0', flush=True)
            except OSError as e: print('errno', e.errno, flush=True)
            """;
        await Daemon.BecomeOrdinaryAsync();
        var file = Daemon.Folder.Write("bind.py", program);
        Configure(
            CommandOf(Programs.Require("python3", "python3"), file), $"method: seccomp, {option}", workers: 1,
            more: "{ restart: no, readiness: { type: delay, delay: 0s } }");
        await Daemon.StartWithLibraryAsync();

        await Daemon.LineAsync($"errno {errno}", "web@0");
        Assert.Equal("EPERM", (await Daemon.EventAsync("library_error", "web@0"))["REUSEPORT_RESULT"]);
    }

    [Fact]
    public async Task Listen_BacklogOfTheSettings_IsRaised()
    {
        const int backlog = 1000;
        using var cgroup = new DelegatedCgroup();
        Configure(Command("hello-static"), $"method: kernel, backlog: {backlog}", workers: 1);
        await StartInAsync(cgroup);

        await Daemon.EventAsync("listen", "web@0", where: listen => listen.Number("REUSEPORT_BACKLOG") == backlog);
        await Deadline.UntilAsync(
            async () => (await Daemon.JsonAsync("binds", "web"))["binds"]!.AsArray()
                .Any(bind => $"{bind!["call"]}" == "listen" && $"{bind["options"]!["backlog"]}" == $"{backlog}"),
            "binds has the backlog");
        await Daemon.StopAsync();
    }
}
