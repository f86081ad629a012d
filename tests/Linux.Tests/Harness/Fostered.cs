using Reuseportd.Model;

namespace Linux.Tests.Harness;

/// <summary>
/// A process that is no child of the tests: the program <c>fosters</c> is its parent, and gets its orphans.
/// </summary>
internal sealed class Fostered : IDisposable
{
    private static readonly Signal Reap = new(10);

    private readonly TestWorker _parent;

    private Fostered(TestWorker parent)
    {
        _parent = parent;
        Process = Assert.IsType<Pidfd>(Pidfd.Open(parent.ReadNumbers("fostered")[0], out _));
    }

    public Pidfd Process { get; }

    public int Pid => Process.Pid;

    public int ParentPid => _parent.Pid;

    /// <summary>The last entry of its environment.</summary>
    public string Mark => _parent.Mark;

    /// <summary>Starts a program whose parent reaps nothing before <see cref="AwaitReaping"/>.</summary>
    public static Fostered Start(string program, params string[] arguments)
    {
        var request = TestWorker.Request("fosters", ["late", TestPrograms.Path(program), .. arguments]);
        return new Fostered(
            TestWorker.Start(request with { Environment = [.. request.Environment, $"REUSEPORT_TEST={Guid.NewGuid()}"] }));
    }

    public void AwaitEnd() => Assert.True(Process.WaitForEnd(Deadline.Patience), "still running");

    /// <summary>Lets the parent reap, and waits until it has reaped the process, which has ended.</summary>
    public void AwaitReaping()
    {
        Assert.Equal(Errno.None, _parent.Process.SendSignal(Reap));
        Assert.Equal(Pid, Assert.Single(ReadNumbers("reaped")));
    }

    /// <summary>The numbers in the next line, which begins with this word.</summary>
    public int[] ReadNumbers(string first) => _parent.ReadNumbers(first);

    /// <summary>Also ends the process.</summary>
    public void Dispose()
    {
        Process.SendSignal(Signal.Kill);
        Process.Dispose();
        _parent.Dispose();
    }
}
