using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>Files that are renamed and opened again by a reload, as logrotate does it.</summary>
public sealed class RotationTests : DaemonTest
{
    private string Log => Daemon.Folder["out.log"];

    [Fact]
    public async Task Rotation_UnderAFlood_LosesNothing()
    {
        const int lines = 500_000, rotations = 8;
        Daemon.Configure($$"""
            services:
              spew:
                command: [{{Checkout.Worker("spew")}}, "{{lines}}", "100"]
                workers: 2
                readiness: { type: delay, delay: 0s }
                restart: no
                stdout: "file:{{Log}}"
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        var sizes = new long[rotations];
        for (var round = 0; round < rotations; round++)
        {
            await Deadline.UntilAsync(
                () => new FileInfo(Log) is { Exists: true, Length: > 0 } || Daemon.Events("exit").Length == 2, "output");
            if (!File.Exists(Log)) break;
            File.Move(Log, Rotated(round));
            Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
            sizes[round] = new FileInfo(Rotated(round)).Length;
        }

        await Daemon.EventAsync("exit", "spew@0");
        await Daemon.EventAsync("exit", "spew@1");
        await Daemon.StopAsync();

        // After the reload, no output went to the former file: a user may compress or delete it.
        var rotated = Enumerable.Range(0, rotations).Where(round => File.Exists(Rotated(round))).ToArray();
        Assert.NotEmpty(rotated);
        Assert.All(rotated, round => Assert.Equal(sizes[round], new FileInfo(Rotated(round)).Length));
        var seen = new int[lines];
        foreach (var file in rotated.Select(Rotated).Append(Log).Where(File.Exists))
        foreach (var line in File.ReadLines(file))
        {
            Assert.Equal(100, line.Length);
            seen[int.Parse(line.AsSpan(0, line.IndexOf(' ')))]++;
        }

        Assert.All(seen, count => Assert.Equal(2, count));
        Assert.Equal(2, Daemon.Events("spawn").Length);
        Assert.Empty(Daemon.Events("file_failed"));
    }

    [Fact]
    public async Task Hangup_NoChange_ReopensTheFiles()
    {
        await StartAsync();
        await SayAsync("first", Log);
        File.Move(Log, Rotated(0));
        await SayAsync("second", Rotated(0));
        Daemon.Signal(Processes.Hangup);
        await Daemon.EventAsync("reload");
        await SayAsync("third", Log);

        Assert.Equal("first\nsecond\n", await File.ReadAllTextAsync(Rotated(0)));
        Assert.Equal("third\n", await File.ReadAllTextAsync(Log));
        Assert.Single(Daemon.Events("spawn"));
    }

    /// <summary>Log files are reopened even if the configuration has errors.</summary>
    [Fact]
    public async Task Apply_BadConfiguration_ReopensTheFiles()
    {
        await StartAsync();
        File.Move(Log, Rotated(0));
        Daemon.Configure("services: { broken: {} }", "broken");
        Assert.NotEqual(0, (await Daemon.ApplyAsync()).Code);
        await SayAsync("here", Log);

        Assert.Empty(await File.ReadAllTextAsync(Rotated(0)));
    }

    /// <summary>The program that renamed the file must not compress it yet, so the reload fails.</summary>
    [Fact]
    public async Task Reopen_Fails_KeepsTheOpenFile()
    {
        await StartAsync();
        File.Move(Log, Rotated(0));
        Directory.CreateDirectory(Log);
        var apply = await Daemon.ControlAsync("apply");
        Assert.Equal(1, apply.Code);
        Assert.Equal([0, 0, 0, 1, 1, 1], Counts.In(apply.Out));
        Facts.AssertIn(apply.Error, Log, "EISDIR");
        await SayAsync("kept", Rotated(0));

        await Daemon.EventAsync("reopen_failed");
        var failed = Assert.Single(Daemon.Events("reopen_failed"));
        Assert.Equal(("21", Log), (failed["ERRNO"], failed["REUSEPORT_PATH"]));
        Directory.Delete(Log);
        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
        await SayAsync("again", Log);
    }

    private string Rotated(int number) => Daemon.Folder[$"out.log.{number}"];

    /// <summary>A worker that writes the words of its input.</summary>
    private async Task StartAsync()
    {
        await Command.RunAsync("mkfifo", [Daemon.Folder["words"]]);
        Daemon.Configure($$"""
            services:
              echo:
                command: [sh, -c, "exec cat <>{{Daemon.Folder["words"]}}"]
                readiness: { type: delay, delay: 0s }
                stdout: "file:{{Log}}"
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
    }

    private async Task SayAsync(string word, string expectedIn)
    {
        await File.AppendAllTextAsync(Daemon.Folder["words"], word + "\n");
        await Deadline.UntilAsync(
            () => File.Exists(expectedIn) && File.ReadAllLines(expectedIn).Contains(word), $"'{word}' in {expectedIn}");
    }
}
