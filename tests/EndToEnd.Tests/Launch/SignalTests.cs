using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Launch;

/// <summary>
/// A daemon that was started by nohup(1), by a script that ignores signals, or by a program that has some blocked.
/// </summary>
public sealed class SignalTests : DaemonTest
{
    private const string None = "0000000000000000";

    [Theory]
    [InlineData("--ignore-signal=HUP,PIPE,USR1,CHLD,TTOU")]
    [InlineData("--ignore-signal")]
    [InlineData("--block-signal=HUP,USR2,ALRM,TERM,INT")]
    [InlineData("--block-signal")]
    public async Task Signals_IgnoredByTheDaemon_AreDefaultInWorkers(string option)
    {
        // Words of env(1). Without a list, env(1) applies them to all signals.
        Daemon.Wrapper = ["env", option];
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                workers: 2
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        foreach (var worker in (string[])["web@0", "web@1"])
        {
            await Daemon.LineAsync("ready", worker); // behind the library's lines, for each of which it blocks SIGPIPE
            foreach (var field in (string[])["SigIgn", "SigBlk", "SigCgt"])
                Assert.Equal((field, None), (field, Processes.Status(Daemon.PidOf(worker), field)));
        }

        Processes.Signal(Daemon.PidOf("web@0"), Processes.Terminate);
        var exit = await Daemon.EventAsync("exit", "web@0");
        await Daemon.EventAsync("ready", "web@0", after: exit);
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Descriptors_OfTheDaemon_AreNotInherited()
    {
        // A shell passes the descriptors that it opens to its children.
        Daemon.Wrapper = ["sh", "-c", "exec 7</dev/zero 9>/dev/full; exec \"$@\"", "sh"];
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("descriptors")}}]
                workers: 2
                restart: "no"
                reuseport: { ports: [{{Port}}] }
            """);
        Daemon.Launch();

        foreach (var worker in (string[])["web@0", "web@1"])
        {
            await Daemon.LineAsync("2 pipe:", worker);
            var lines = Daemon.Log.Records
                .Where(record => record.IsLine && record.Worker == worker && char.IsAsciiDigit(record.Message[0]));
            Assert.Collection(
                lines.Select(record => record.Message).Order(StringComparer.Ordinal),
                line => Assert.Equal("0 /dev/null", line),
                line => Assert.StartsWith("1 pipe:", line, StringComparison.Ordinal),
                line => Assert.StartsWith("2 pipe:", line, StringComparison.Ordinal));
        }
    }
}
