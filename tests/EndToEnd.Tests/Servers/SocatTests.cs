using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed class SocatTests : DaemonTest
{
    [Theory]
    [InlineData("")]
    [InlineData(",reuseaddr")]
    public async Task TcpListenFork_FourCopies_AllServe(string option)
    {
        var socat = Programs.Require("socat", "socat");
        Daemon.Configure($$"""
            services:
              echo:
                command: [{{socat}}, "TCP-LISTEN:{{Port}},bind={{Address}},fork{{option}}", "SYSTEM:echo $REUSEPORT_WORKER"]
                workers: 4
                reuseport: { ports: [{{Port}}], address: {{Address}} }
            """);
        await Daemon.StartAsync();

        await Copies.AllAnswerAsync(Copies.Numbers, async () => (await Ask.TcpAsync(Address, Port)).Trim());
    }
}
