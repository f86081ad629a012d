using System.Globalization;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Processes that an earlier daemon started: another process is their parent, and gets their orphans.</summary>
public sealed class ForeignWorkerTests
{
    private static readonly Signal ReapNow = new(10);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reap_KilledProcess_HasItsStatus(bool late)
    {
        using var fleet = Parents(Takeover.Parent("a", late, program: ["sleep", "infinity"]));
        using var takeover = new Takeover(fleet);
        var process = takeover.Adopt("a@0");
        Assert.Null(takeover.Table.Reap(process));

        process.Handle.SendSignal(Signal.Term);
        Assert.Equal(ExitStatus.Killed(Signal.Term), takeover.AwaitExit(process));
        Assert.Equal((0, null), (takeover.Table.Count, takeover.Table.FindPid(process.Handle.Pid)));
    }

    [Fact]
    public void Reap_ExitBeforeTheLoopLooks_HasItsStatus()
    {
        using var fleet = Parents(Takeover.Parent("a", late: true, program: [Checkout.Worker("dies"), "exit", "3"]));
        using var takeover = new Takeover(fleet);
        var process = takeover.Adopt("a@0");
        Assert.True(process.Handle.WaitForEnd(Deadline.Patience));
        Supervised.Send(fleet.Worker("a@0").Pid!.Value, ReapNow);
        fleet.Lines.Take("a@0", "reaped ");

        var status = takeover.AwaitExit(process);
        Assert.True(status == ExitStatus.Exited(3) || status.IsUnknown, status.ToString());
        Assert.SkipWhen(status.IsUnknown, "needs Linux 6.15");
    }

    [Fact]
    public void Reap_MembersOfTheGroupAreLeft_AreKilled()
    {
        using var fleet = Parents(Takeover.Parent("a", program: ["/bin/sh", "-c", "sleep 1000 & echo child $!; wait"]));
        using var takeover = new Takeover(fleet);
        var process = takeover.Adopt("a@0");
        using var child = Assert.IsType<Pidfd>(Pidfd.Open(Number(fleet, "a@0", "child "), out _));
        Supervised.Kill(process.Handle.Pid);
        takeover.AwaitExit(process);

        takeover.Trees.Sweep(process);
        takeover.AwaitTree();
        Assert.True(child.WaitForEnd(Deadline.Patience));
    }

    [Theory]
    [InlineData("double-fork", true)]
    [InlineData("double-fork", false)]
    [InlineData("hold-pipe", true)]
    [InlineData("hold-pipe", false)]
    public void Sweep_OrphanIsLeft_IsKilledAndCounted(string program, bool finish)
    {
        using var fleet = Parents(Takeover.Parent("a", late: true, program: [Checkout.Worker(program)]));
        using var takeover = new Takeover(fleet);
        var process = takeover.Adopt("a@0");
        var word = program == "hold-pipe" ? "holding " : "grandchild ";
        using var orphan = Assert.IsType<Pidfd>(Pidfd.Open(Number(fleet, "a@0", word), out _));
        Supervised.Kill(process.Handle.Pid);
        Assert.True(process.Handle.WaitForEnd(Deadline.Patience));

        takeover.Trees.Sweep(process);
        if (finish) takeover.Trees.Finish();
        else takeover.AwaitTree();
        Assert.True(orphan.WaitForEnd(Deadline.Patience));
        Assert.Equal(1, takeover.Log.Take("kill", "web@0").Number("REUSEPORT_COUNT"));
    }

    /// <summary>Two daemons can have workers of one name, and one process can be the parent of both.</summary>
    [Fact]
    public void Sweep_ProcessOfTheSameWorkerOfAnotherDaemon_LivesOn()
    {
        const string line = "REUSEPORT_DAEMON=3-4 setsid sleep 1000 & echo other $!; setsid sleep 1000 & echo own $!; wait";
        using var fleet = Parents(Takeover.Parent("a", program: ["/bin/sh", "-c", line]));
        using var takeover = new Takeover(fleet);
        var process = takeover.Adopt("a@0");
        using var other = Assert.IsType<Pidfd>(Pidfd.Open(Number(fleet, "a@0", "other "), out _));
        using var own = Assert.IsType<Pidfd>(Pidfd.Open(Number(fleet, "a@0", "own "), out _));
        Deadline.Until(() => IsApart(other) && IsApart(own), "both have a session of their own");
        Supervised.Kill(process.Handle.Pid);
        takeover.AwaitExit(process);

        takeover.Trees.Sweep(process);
        takeover.AwaitTree();
        Assert.True(own.WaitForEnd(Deadline.Patience));
        Assert.False(other.HasEnded);
    }

    [Fact]
    public void Kill_DescendantsKeepForking_AllAreKilled()
    {
        using var fleet = Parents(Takeover.Parent("a", program: [Checkout.Worker("fork-chain"), "5000"]));
        using var takeover = new Takeover(fleet);
        var process = takeover.Adopt("a@0");
        fleet.Lines.Take("a@0", "forking");

        takeover.Trees.Kill(process);
        takeover.AwaitExit(process);
        takeover.Trees.Sweep(process);
        takeover.AwaitTree();
        var parent = fleet.Worker("a@0").Pid!.Value;
        Deadline.Until(() => ProcessDescendants.Of(parent).Count == 1, "all of the chain is gone and reaped");
    }

    private static Supervised Parents(params ReadOnlySpan<ServiceSpec> services)
    {
        var fleet = new Supervised();
        fleet.Converge(services);
        return fleet;
    }

    private static bool IsApart(Pidfd process) => ProcessEntry.Of(process.Pid)?.Session == process.Pid;

    private static int Number(Supervised fleet, string worker, string start) =>
        int.Parse(fleet.Lines.Take(worker, start)[1], CultureInfo.InvariantCulture);
}
