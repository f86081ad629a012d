using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed class NcatTests : DaemonTest
{
    [Fact]
    public async Task KeepOpen_FourCopies_AllServe()
    {
        var ncat = Programs.Require("ncat", "ncat");
        Daemon.Configure($$"""
            services:
              echo:
                command: [{{ncat}}, --listen, --keep-open, --sh-exec, "echo $REUSEPORT_WORKER", {{Address}}, "{{Port}}"]
                workers: 4
                reuseport: { ports: [{{Port}}], address: {{Address}} }
            """);
        await Daemon.StartAsync();

        await Copies.AllAnswerAsync(Copies.Numbers, async () => (await Ask.TcpAsync(Address, Port)).Trim());
    }
}
