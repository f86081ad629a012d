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

        AssertCalls(
            [
                .. Copies.Numbers.Select(number => $"web@{number}").SelectMany(
                    worker => new[] { "bind", "listen" }.Select(call => Assert.Single(Daemon.Events(call, worker)))),
            ],
            isFromTheLibrary);
    }

    /// <summary>The daemon reads the outcomes of many processes at the same time as their lines.</summary>
    [Fact]
    public async Task Start_AutoWithManyWorkers_EachCallHasOneEvent()
    {
        const int workers = 40;
        using var cgroup = new DelegatedCgroup();
        Configure(Command("hello"), "method: auto", workers);
        await StartInAsync(cgroup);
        await Daemon.StopAsync();

        var calls = Daemon.Events("bind").Concat(Daemon.Events("listen")).ToArray();
        Assert.Equal(2 * workers, calls.Length);
        AssertCalls(calls, areFromTheLibrary: true);
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

    /// <summary>
    /// On a busy machine, a process may wait for a processor between bind(2) and the line for longer than an outcome waits for
    /// the line. The event is then without the descriptor.
    /// </summary>
    private void AssertCalls(LogRecord[] calls, bool areFromTheLibrary)
    {
        Assert.All(calls, call => Assert.Equal(
            ("ok", "1", Port), (call["REUSEPORT_RESULT"], call["REUSEPORT_MATCHED"], call.Number("REUSEPORT_PORT"))));
        var described = calls.Count(call => call["REUSEPORT_FD"] is not null);
        if (areFromTheLibrary) Assert.InRange(described, calls.Length / 2, calls.Length);
        else Assert.Equal(0, described);
    }
}
