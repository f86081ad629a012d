using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>The library and the kernel see the same calls. The log has each call once.</summary>
public sealed class SourceTests : MethodTest
{
    [Theory]
    [InlineData("hello", true)] // the line of the library, which alone knows the descriptor
    [InlineData("hello-raw", false)]
    [InlineData("hello-static", false)]
    public async Task Start_Auto_EachCallHasOneEvent(string program, bool isFromTheLibrary)
    {
        using var cgroup = new DelegatedCgroup();
        Configure(Command(program), "method: auto");
        await StartInAsync(cgroup);
        await AssertShareAsync(program == "hello-static" ? "kernel" : "preload");
        await Daemon.StopAsync();

        foreach (var worker in Copies.Numbers.Select(number => $"web@{number}"))
        {
            AssertCall(Assert.Single(Daemon.Events("bind", worker)), isFromTheLibrary);
            AssertCall(Assert.Single(Daemon.Events("listen", worker)), isFromTheLibrary);
        }
    }

    /// <summary>
    /// The daemon reads the outcomes of many processes at the same time as their lines. More processes than these would wait for
    /// a processor between bind(2) and the line for longer than an outcome waits for the line.
    /// </summary>
    [Fact]
    public async Task Start_AutoWithManyWorkers_EachCallHasItsLine()
    {
        const int workers = 40;
        using var cgroup = new DelegatedCgroup();
        Configure(Command("hello"), "method: auto", workers);
        await StartInAsync(cgroup);
        await Daemon.StopAsync();

        var calls = Daemon.Events("bind").Concat(Daemon.Events("listen")).ToArray();
        Assert.Equal(2 * workers, calls.Length);
        Assert.All(calls, call => AssertCall(call, isFromTheLibrary: true));
    }

    /// <summary>env loads the library, and then executes a program without it.</summary>
    [Fact]
    public async Task Start_WrapperOfAStaticProgram_TurnsToTheKernel()
    {
        using var cgroup = new DelegatedCgroup();
        var program = Checkout.Worker("hello-static");
        Configure(CommandOf("env", "-i", program, $"{Port}", Address), "method: auto");
        await StartInAsync(cgroup);
        foreach (var number in Copies.Numbers)
        {
            var silent = await Daemon.EventAsync("no_preload", $"web@{number}");
            Assert.Equal(("6", "kernel"), (silent["PRIORITY"], silent["REUSEPORT_METHOD"]));
            Assert.Equal($"statically linked: {program}", silent["REUSEPORT_REASON"]);
        }

        await AssertShareAsync("kernel");
        await Daemon.StopAsync();
    }

    private void AssertCall(LogRecord call, bool isFromTheLibrary)
    {
        Assert.Equal(
            ("ok", "1", Port), (call["REUSEPORT_RESULT"], call["REUSEPORT_MATCHED"], call.Number("REUSEPORT_PORT")));
        Assert.Equal(isFromTheLibrary, call["REUSEPORT_FD"] is not null);
    }
}
