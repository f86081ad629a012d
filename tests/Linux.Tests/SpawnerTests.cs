using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class SpawnerTests
{
    [Fact]
    public unsafe void Structures_OfTheShim_HaveItsSizes() =>
        Assert.Equal((136, 24, 40), (sizeof(Native.Request), sizeof(Native.Limit), sizeof(Native.Result)));

    [Fact]
    public void TrySpawn_Program_RunsAndItsStreamsEnd()
    {
        using var worker = TestWorker.Start("dies", "exit", "7");

        Assert.Empty(worker.Out!.ReadToEnd());
        Assert.Empty(worker.Error!.ReadToEnd());
        Assert.Equal(ExitStatus.Exited(7), worker.AwaitExit());
    }

    [Fact]
    public void TrySpawn_Arguments_ArriveUnchanged()
    {
        using var worker = TestWorker.Start("/usr/bin/printf", "%s|", "a b", "", "$HOME", "ü", "'\"\n");

        Assert.Equal("a b||$HOME|ü|'\"\n|", worker.Out!.ReadAllText());
    }

    [Fact]
    public void TrySpawn_Environment_IsTheGivenAndNoMore()
    {
        using var worker = TestWorker.Start(TestWorker.Request("/usr/bin/env") with { Environment = ["A=1", "B=x=ä"] });

        Assert.Equal("A=1\nB=x=ä\n", worker.Out!.ReadAllText());
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("null")]
    [InlineData("inherit")]
    public void TrySpawn_StderrVariable_NamesTheFileAtDescriptor2(string kind)
    {
        OutputTarget stderr = kind switch
        {
            "pipe" => new OutputTarget.Journal(),
            "null" => new OutputTarget.Null(),
            _ => new OutputTarget.Inherit(),
        };
        var request = TestWorker.Request("/bin/sh", "-c", "echo $FILE; stat -L -c %d:%i /proc/self/fd/2");
        using var worker = TestWorker.Start(request with { StderrVariable = "FILE", Stderr = stderr });

        var said = worker.Out!.ReadLine();
        Assert.Equal(worker.Out!.ReadLine(), said);
    }

    [Fact]
    public void TrySpawn_ManyLongArguments_FitTheArena()
    {
        string[] words = [.. Enumerable.Range(0, 2000).Select(number => new string('€', number % 50))];
        using var worker = TestWorker.Start("/usr/bin/printf", ["%s\n", .. words]);

        Assert.Equal(string.Concat(words.Select(word => word + "\n")), worker.Out!.ReadAllText());
    }

    [Fact]
    public void TrySpawn_WorkingDirectory_IsWhereItRuns()
    {
        using var worker = TestWorker.Start(TestWorker.Request("/bin/pwd") with { WorkingDirectory = "/usr/lib" });

        Assert.Equal("/usr/lib", worker.Out!.ReadLine());
    }

    [Fact]
    public void TrySpawn_RelativeProgram_IsFoundInTheWorkingDirectory()
    {
        var request = TestWorker.Request("/bin/true") with { Candidates = ["./true"], WorkingDirectory = "/bin" };
        using var worker = TestWorker.Start(request);

        Assert.True(worker.AwaitExit().Success);
    }

    [Fact]
    public void TrySpawn_SeveralCandidates_TakesTheFirstThatCanBeExecuted()
    {
        // A missing file, a file below a file, a denied path, and two executable files.
        var request = TestWorker.Request("/bin/true") with
        {
            Candidates = ["/nowhere/true", "/bin/true/true", "/etc", "/bin/true", "/bin/false"],
        };
        using var worker = TestWorker.Start(request);

        Assert.Equal("/bin/true", worker.Spawned.Program);
        Assert.True(worker.AwaitExit().Success);
    }

    [Fact]
    public void TrySpawn_Descriptors_OnlyTheStreamsAreOpen()
    {
        // Some libraries leave inheritable descriptors open.
        using var folder = new TemporaryFolder();
        using var open = new Descriptor(Inheritable.Open(folder.Write("open", "")));
        using var worker = TestWorker.Start("descriptors");

        var lines = worker.Out!.ReadAllText().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal("0 /dev/null", lines[0]);
        Assert.StartsWith("1 pipe:", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("2 pipe:", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void TrySpawn_NullTargets_LeadToDevNull()
    {
        var request = TestWorker.Request("binds") with { Stdout = new OutputTarget.Null(), Stderr = new OutputTarget.Null() };
        using var worker = TestWorker.Start(request);

        Assert.Null(worker.Out);
        for (var descriptor = 0; descriptor < 3; descriptor++)
            Assert.Equal("/dev/null", new FileInfo($"/proc/{worker.Pid}/fd/{descriptor}").LinkTarget);
    }

    [Fact]
    public void TrySpawn_InheritTarget_IsTheDaemonsOwn()
    {
        var request = TestWorker.Request("binds") with { Stdout = new OutputTarget.Null(), Stderr = new OutputTarget.Inherit() };
        using var worker = TestWorker.Start(request);

        Assert.Equal(new FileInfo("/proc/self/fd/2").LinkTarget, new FileInfo($"/proc/{worker.Pid}/fd/2").LinkTarget);
    }

    [Fact]
    public void TrySpawn_Pipes_WorkersEndBlocks()
    {
        using var worker = TestWorker.Start("binds");
        Assert.Equal("ready", worker.Out!.ReadLine());

        const int nonBlocking = 0x800;
        for (var descriptor = 1; descriptor <= 2; descriptor++)
        {
            var flags = File.ReadLines($"/proc/{worker.Pid}/fdinfo/{descriptor}")
                .Single(line => line.StartsWith("flags:", StringComparison.Ordinal));
            Assert.Equal(0, Convert.ToInt32(flags[6..].Trim(), 8) & nonBlocking);
        }
    }

    [Fact]
    public void TrySpawn_Any_LeadsItsOwnSession()
    {
        using var worker = TestWorker.Start("binds");

        var entry = Assert.NotNull(ProcessEntry.Of(worker.Pid));
        Assert.Equal(worker.Pid, entry.Session);
        Assert.Equal(worker.Pid, entry.Group);
        Assert.Equal(Environment.ProcessId, entry.Parent);
    }

    [Fact]
    public void TrySpawn_ThreadThatSpawnedEnds_WorkerIsKilled()
    {
        TestWorker? worker = null;
        var thread = new Thread(() =>
        {
            using var spawner = new Spawner();
            worker = TestWorker.Start(spawner, TestWorker.Request("ignore-term"));
        });
        thread.Start();
        thread.Join();

        using (worker) Assert.Equal(ExitStatus.Killed(Signal.Kill), worker!.AwaitExit());
    }

    [Fact]
    public void TrySpawn_ManyAtOnce_AllRun()
    {
        var workers = Enumerable.Range(0, 100).Select(_ => TestWorker.Start("binds")).ToList();
        try
        {
            Assert.All(workers, worker => Assert.Equal("ready", worker.Out!.ReadLine()));
            Assert.Equal(100, workers.Select(worker => worker.Pid).Distinct().Count());
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }
    }
}
