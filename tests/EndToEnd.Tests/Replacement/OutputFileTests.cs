using System.Globalization;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Methods;

namespace EndToEnd.Tests.Replacement;

/// <summary>Output of workers goes on to its file when the daemon is replaced.</summary>
public sealed class OutputFileTests : MethodTest
{
    private const int Times = 3;

    public OutputFileTests() => Daemon.Folder.Write("etc/reuseportd.yaml", "keep_workers: true\n");

    private string File => Daemon.Folder["lines.log"];

    [Theory]
    [InlineData("")]
    [InlineData("user: root")]
    public async Task Reexec_OutputFile_HasEachLineOnce(string more)
    {
        Daemon.Configure($$"""
            services:
              lines:
                command: [sh, -c, "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.005; done"]
                readiness: { type: delay, delay: 0s }
                stdout: "file:{{File}}"
                {{more}}
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        for (var time = 0; time < Times; time++)
        {
            await GrowsAsync();
            Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        }

        await GrowsAsync();
        await Daemon.StopAsync();
        var numbers = (await LinesAsync()).Select(line => int.Parse(line.AsSpan(5), CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
        Assert.Empty(Daemon.Events("spawn_failed"));
        Assert.DoesNotContain(Daemon.Log.Records, record => record.IsLine && record.Worker == "lines@0");
    }

    private async Task<string[]> LinesAsync() =>
        System.IO.File.Exists(File) ? await System.IO.File.ReadAllLinesAsync(File) : [];

    private async Task GrowsAsync()
    {
        var before = (await LinesAsync()).Length;
        await Deadline.UntilAsync(async () => (await LinesAsync()).Length > before + 10, "the file grows");
    }
}
