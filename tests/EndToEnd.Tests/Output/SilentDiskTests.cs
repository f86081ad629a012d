using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>Files on a disk that does not answer.</summary>
public sealed class SilentDiskTests : DaemonTest
{
    private const int Files = 60;
    private const int Answers = 5;

    [Fact]
    public async Task Open_ManyFilesHang_ClientsAreAnsweredMeanwhile()
    {
        await using var disk = await SilentFileSystem.MountAsync(Daemon.Folder["disk"]);
        for (var number = 0; number < Files; number++)
            Configure($"held{number}", $"stdout: \"file:{Daemon.Folder["disk"]}/{number}.log\"");
        Configure("other", "stdout: journal");
        Daemon.Launch();
        await Daemon.EventAsync("ready", "other@0");
        for (var count = 0; count < Answers; count++) Assert.Equal(0, (await Daemon.ControlAsync("binds", "other")).Code);

        Assert.Empty(Daemon.Events("spawn_error"));
        Assert.Single(Daemon.Events("spawn"));
    }

    private void Configure(string name, string output) => Daemon.Configure($$"""
        services:
          {{name}}:
            command: [sleep, "1000"]
            {{output}}
            readiness: { type: delay, delay: 0s }
            reuseport: { ports: any }
        """, name);
}
