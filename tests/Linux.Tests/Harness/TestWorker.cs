using System.Globalization;
using Reuseportd.Model;

namespace Linux.Tests.Harness;

/// <summary>A process that is killed and reaped at the end of its test.</summary>
internal sealed class TestWorker : IDisposable
{
    private bool _reaped;

    private TestWorker(Spawned spawned, SpawnRequest request)
    {
        Mark = request.Environment.Count > 0 ? request.Environment[^1] : "";
        Spawned = spawned;
        Out = spawned.Stdout is null ? null : new PipeText(spawned.Stdout);
        Error = spawned.Stderr is null ? null : new PipeText(spawned.Stderr);
    }

    public Spawned Spawned { get; }

    /// <summary>The last entry of its environment.</summary>
    public string Mark { get; }

    public Pidfd Process => Spawned.Process;

    public int Pid => Process.Pid;

    public PipeText? Out { get; }

    public PipeText? Error { get; }

    /// <summary>A request for a program of the tests, or one given by its path, with pipes.</summary>
    public static SpawnRequest Request(string program, params string[] arguments) => new()
    {
        Arguments = [program, .. arguments],
        Candidates = [TestPrograms.Path(program)],
        Environment = ["PATH=/usr/local/bin:/usr/bin:/bin"],
        Stdout = new OutputTarget.Journal(),
        Stderr = new OutputTarget.Journal(),
    };

    public static TestWorker Start(string program, params string[] arguments) => Start(Request(program, arguments));

    public static TestWorker Start(SpawnRequest request) => SpawnThread.Run(spawner => Start(spawner, request));

    /// <summary>Starts the process from this thread.</summary>
    public static TestWorker Start(Spawner spawner, SpawnRequest request)
    {
        Assert.True(spawner.TrySpawn(request, out var spawned, out var error), error?.ToString());
        SpawnThread.Add(spawned.Process.Pid);
        return new TestWorker(spawned, request);
    }

    /// <summary>The error of a start that fails.</summary>
    public static SpawnError Fail(SpawnRequest request) => SpawnThread.Run(spawner =>
    {
        Assert.False(spawner.TrySpawn(request, out _, out var error), "it started");
        return error;
    });

    /// <summary>The words of the line after its first, which must be numbers.</summary>
    public int[] ReadNumbers(string first)
    {
        var words = Out!.ReadLine()?.Split(' ');
        Assert.Equal(first, words?[0]);
        var numbers = words!.Skip(1).Where(word => word.All(char.IsAsciiDigit));
        return [.. numbers.Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
    }

    public ExitStatus AwaitExit()
    {
        Assert.True(Process.WaitForEnd(Deadline.Patience), "still running");
        Assert.Equal(Errno.None, Process.Wait(out var status));
        _reaped = true;
        SpawnThread.Remove(Pid);
        return Assert.NotNull(status);
    }

    public void Dispose()
    {
        if (!_reaped)
        {
            Process.SendSignal(Signal.Kill);
            AwaitExit();
        }

        Process.Dispose();
        Out?.Dispose();
        Error?.Dispose();
    }
}
