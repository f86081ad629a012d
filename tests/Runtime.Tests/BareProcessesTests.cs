using Reuseportd.Linux.Processes;
using Reuseportd.Runtime.Trees;

namespace Runtime.Tests;

public sealed class BareProcessesTests
{
    private readonly BareProcesses _bare = new();
    private readonly ProcessEntry _process = ProcessEntry.Of(Environment.ProcessId)!.Value;

    [Fact]
    public void MayChange_ManyRounds_Ends()
    {
        Assert.All(Enumerable.Range(0, 19), _ => Assert.True(Round(_process)));
        Assert.False(Round(_process));
        Assert.False(Round(_process));
        Assert.True(_bare.MayChange(_process with { StartTime = _process.StartTime + 1 }));
    }

    [Fact]
    public void MayChange_ProcessWasNotFound_IsForgotten()
    {
        for (var round = 0; round < 30; round++) Round(_process);
        _bare.BeginRound();
        Assert.True(Round(_process));
    }

    private bool Round(ProcessEntry process)
    {
        _bare.BeginRound();
        return _bare.MayChange(process);
    }
}
