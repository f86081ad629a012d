using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed class NetcatTests : DaemonTest
{
    /// <summary>netcat answers nothing, but prints its input: the log shows which copy accepted which connection.</summary>
    [Fact]
    public async Task KeepListening_FourCopies_AllServe()
    {
        var netcat = Programs.Require("nc.openbsd", "netcat-openbsd");
        Daemon.Configure($$"""
            services:
              sink:
                command: [{{netcat}}, -k, -l, {{Address}}, "{{Port}}"]
                workers: 4
                reuseport: { ports: [{{Port}}], address: {{Address}} }
            """);
        await Daemon.StartAsync();

        var connection = 0;
        await Copies.AllAnswerAsync(["sink@0", "sink@1", "sink@2", "sink@3"], async () =>
        {
            var words = $"connection {++connection} ends here";
            await Ask.TellAsync(Address, Port, words);
            var line = await Daemon.LineAsync(words);
            Assert.Equal(Daemon.PidOf(line.Worker!), line.Pid);
            return line.Worker!;
        });
    }
}
