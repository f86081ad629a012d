using System.Globalization;
using System.Runtime.InteropServices;
using Linux.Tests.Harness;
using Microsoft.Win32.SafeHandles;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>The guard alone. The end of the pipe is the daemon's end, for any cause.</summary>
public sealed class GuardTests : IDisposable
{
    private readonly string _id = $"test-{Guid.NewGuid():N}";
    private readonly Guard _guard;

    public GuardTests()
    {
        _guard = Assert.IsType<Guard>(Guard.TryStart(_id, null, isSecond: false, out var errno));
        Assert.Equal(Errno.None, errno);
    }

    public void Dispose() => _guard.Dispose();

    [Fact]
    public void TryStart_Guard_HasAnIdentityOfItsOwn()
    {
        var name = $"/proc/{_guard.Pid}/comm";
        Deadline.Until(() => File.ReadAllText(name) == "reuseport-guard\n", "it has its name");
        Deadline.Until(
            () => ProcFile.Read(_guard.Pid, "environ"u8) is { } left && Array.TrueForAll(left, letter => letter == 0),
            "no variable is left");

        var entry = Assert.NotNull(ProcessEntry.Of(_guard.Pid));
        Assert.Equal((_guard.Pid, Environment.ProcessId), (entry.Session, entry.Parent));
        Assert.Equal("reuseport-guard", File.ReadAllText($"/proc/{_guard.Pid}/cmdline").TrimEnd('\0'));
    }

    /// <summary>The guard releases its copies of the daemon's heaps.</summary>
    [Fact]
    public unsafe void TryStart_Guard_ReleasesTheInheritedHeaps()
    {
        const int mebibytes = 64;
        var heap = (byte*)NativeMemory.Alloc(mebibytes << 20);
        try
        {
            new Span<byte>(heap, mebibytes << 20).Fill(1);
            // Other tests may give memory of this process back meanwhile.
            var before = Anonymous(Environment.ProcessId);
            using var guard = Assert.IsType<Guard>(Guard.TryStart($"{_id}-heap", null, isSecond: false, out _));
            Deadline.Until(() => Anonymous(guard.Pid) < before - (mebibytes << 10) / 2, "it does not hold the heap");
        }
        finally
        {
            NativeMemory.Free(heap);
        }
    }

    [Fact]
    public void TryStart_SignalsThatStopDaemons_LeaveItRunning()
    {
        using var process = Assert.IsType<Pidfd>(Pidfd.Open(_guard.Pid, out _));
        foreach (var number in (int[])[1, 2, 3, 10, 12, 13, 14, 15]) process.SendSignal(new Signal(number));

        Assert.False(process.WaitForEnd(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public void Dispose_MarkedProcess_OnlyThatProcessIsKilled()
    {
        using var marked = Start($"{Guard.Variable}={_id}");
        using var longer = Start($"{Guard.Variable}={_id}1");
        using var shorter = Start($"{Guard.Variable}={_id[..^1]}");
        using var within = Start($"A={Guard.Variable}={_id}");

        _guard.Dispose();

        Assert.Equal(ExitStatus.Killed(Signal.Kill), marked.AwaitExit());
        foreach (var other in (TestWorker[])[longer, shorter, within]) Assert.False(other.Process.HasEnded);
        Assert.Equal(0, _guard.Pid);
    }

    [Fact]
    public void Dispose_SessionWithoutAMark_IsKilledUnlessForgotten()
    {
        using var known = SpawnThread.Run(_ => Remembered());
        using var forgotten = SpawnThread.Run(_ => Remembered());
        _guard.Forget(forgotten.Pid);

        _guard.Dispose();

        Assert.Equal(ExitStatus.Killed(Signal.Kill), known.AwaitExit());
        Assert.False(forgotten.Process.HasEnded);
    }

    /// <summary>
    /// The child is in the session of the leader. After the leader's end, the child lives on as a child of the test.
    /// </summary>
    [Fact]
    public void Dispose_LeaderThatHasEnded_ItsChildIsKilled()
    {
        Assert.Equal(Errno.None, Subreaper.Become());
        using var leader = SpawnThread.Run(_ => Remembered("hold-pipe"));
        using var child = Assert.IsType<Pidfd>(Pidfd.Open(Assert.Single(leader.ReadNumbers("holding")), out _));
        Assert.True(leader.Process.WaitForEnd(Deadline.Patience));

        _guard.Dispose();

        Assert.True(child.WaitForEnd(Deadline.Patience));
    }

    [Fact]
    public void Release_AfterAClaim_KillsTheMarkedProcess()
    {
        using var marked = Start($"{Guard.Variable}={_id}");
        var former = new FormerGuard(_guard.Socket);
        Assert.Equal(Errno.None, former.Claim());

        former.Release();

        Assert.Equal(ExitStatus.Killed(Signal.Kill), marked.AwaitExit());
    }

    [Fact]
    public void End_AfterAClaim_LeavesTheMarkedProcess()
    {
        using var marked = Start($"{Guard.Variable}={_id}");
        using var process = Assert.IsType<Pidfd>(Pidfd.Open(_guard.Pid, out _));
        var former = new FormerGuard(_guard.Socket);
        Assert.Equal(Errno.None, former.Claim());

        former.End();

        Assert.True(process.WaitForEnd(Deadline.Patience));
        Assert.False(marked.Process.HasEnded);
    }

    /// <summary>The guard has the descriptors of this process.</summary>
    [Fact]
    public void TryTake_Descriptor_IsACopyOfTheSameFile()
    {
        using var pipe = new EventFd();
        var former = new FormerGuard(_guard.Socket);
        var kept = new KeptDescriptors(former);
        var identity = DescriptorIdentity.Of(pipe);

        var taken = Assert.IsType<DescriptorIdentity>(kept.TryTake(identity));
        using var copy = new Descriptor(taken.Number);

        Assert.NotEqual(pipe.Number, copy.Number);
        Assert.True(identity.IsFileOf(copy));
        Assert.Null(kept.TryTake(identity with { Inode = identity.Inode + 1 }));
        Assert.Null(former.TryTake(1_000_000, out var errno));
        Assert.Equal(new Errno(9), errno);
    }

    /// <summary>A successor has died between its request and the answer.</summary>
    [Fact]
    public void TryTake_AnswerToADeadSuccessorWaits_IsTheOwnAnswer()
    {
        using SafeFileHandle theirs = File.OpenHandle("/dev/zero"), own = File.OpenHandle("/dev/null");
        const int give = 2;
        Ask(give, (int)theirs.DangerousGetHandle(), 1, 0);
        var former = new FormerGuard(_guard.Socket);
        Assert.Equal(Errno.None, former.Claim());

        using var taken = former.TryTake((int)own.DangerousGetHandle(), out _);

        Assert.Equal("/dev/null", File.ResolveLinkTarget($"/proc/self/fd/{taken!.Number}", returnFinalTarget: false)!.FullName);
    }

    [Fact]
    public void Claim_GuardIsStopped_IsSilent()
    {
        using var process = Assert.IsType<Pidfd>(Pidfd.Open(_guard.Pid, out _));
        var former = new FormerGuard(_guard.Socket, TimeSpan.FromMilliseconds(50));
        process.SendSignal(new Signal(19));
        Assert.Equal((Errno.TimedOut, true), (former.Claim(), former.IsSilent));
        process.SendSignal(new Signal(18));
        Assert.Null(former.TryTake(0, out var errno));
        Assert.Equal(Errno.TimedOut, errno);

        var next = new FormerGuard(_guard.Socket);
        Assert.Equal((Errno.None, false), (next.Claim(), next.IsSilent));
    }

    /// <summary>A daemon of an earlier version sends no id, and reads an errno.</summary>
    [Fact]
    public void Request_OfAnEarlierVersion_IsAnswered()
    {
        const int claim = 1;
        Ask(claim, Environment.ProcessId);
        var answer = new byte[64];

        var received = DescriptorMessage.Receive(_guard.Socket, answer, Deadline.Patience, out _);

        Assert.Equal(new IoResult(sizeof(int), Errno.None), received);
        Assert.Equal(0, BitConverter.ToInt32(answer));
    }

    /// <summary>Before Linux 6.9 all pidfds have one inode, so the pid decides.</summary>
    [Fact]
    public void TryTakeProcess_OtherPid_IsNotTaken()
    {
        using var marked = Start($"{Guard.Variable}={_id}");
        var former = new FormerGuard(_guard.Socket);
        var kept = new KeptDescriptors(former);
        var identity = DescriptorIdentity.Of(marked.Process);

        var taken = Assert.IsType<DescriptorIdentity>(kept.TryTakeProcess(identity, marked.Pid));
        new Descriptor(taken.Number).Dispose();
        Assert.Null(kept.TryTakeProcess(identity, marked.Pid + 1));
    }

    [Fact]
    public void Restart_KilledGuard_TheNextOneKillsTheMarkedProcess()
    {
        using var marked = Start($"{Guard.Variable}={_id}");
        KillGuard();
        Assert.Equal(Errno.None, _guard.Restart(TimeSpan.Zero));

        _guard.Dispose();

        Assert.Equal(ExitStatus.Killed(Signal.Kill), marked.AwaitExit());
    }

    /// <summary>Something kills each guard. Ten minutes later, a new one may start.</summary>
    [Fact]
    public void Restart_EleventhInTenMinutes_IsRefused()
    {
        for (var second = 0; second < 10; second++)
        {
            KillGuard();
            Assert.Equal(Errno.None, _guard.Restart(TimeSpan.FromSeconds(second)));
        }

        KillGuard();
        Assert.Equal(Errno.Again, _guard.Restart(TimeSpan.FromMinutes(10)));
        Assert.Equal(Errno.None, _guard.Restart(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Reap_EndedBeforeTheDaemon_IsNoChildAnyMore()
    {
        Assert.Null(_guard.Reap());
        KillGuard();
        Assert.Equal(0, _guard.Pid);
    }

    /// <param name="request">The words of <c>struct reuseportd_guard_request</c>.</param>
    private void Ask(params int[] request) => Assert.Equal(
        Errno.None, DescriptorMessage.Send(_guard.Socket, [], MemoryMarshal.AsBytes(request.AsSpan()), null, flags: 0));

    private void KillGuard()
    {
        using var process = Assert.IsType<Pidfd>(Pidfd.Open(_guard.Pid, out _));
        process.SendSignal(Signal.Kill);
        Assert.True(process.WaitForEnd(Deadline.Patience));
        Assert.NotNull(_guard.Reap());
    }

    private static long Anonymous(int pid) => long.Parse(
        File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
            .Split('\t', ' ')[^2],
        CultureInfo.InvariantCulture);

    private static TestWorker Start(string variable)
    {
        var worker = TestWorker.Start(TestWorker.Request("binds") with { Environment = ["PATH=/usr/bin:/bin", variable] });
        // Its environment is that of the program once it says this.
        Assert.Equal("ready", worker.Out!.ReadLine());
        return worker;
    }

    private TestWorker Remembered(string program = "binds")
    {
        using var spawner = new Spawner(guard: _guard);
        return TestWorker.Start(spawner, TestWorker.Request(program));
    }
}
