using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>
/// A worker can hold up its own exec without limit. The kernel then holds up who reads <c>stat</c> or <c>fd</c> of the process in
/// /proc, or copies its descriptors.
/// </summary>
public sealed class HeldExecTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    [Fact]
    public void Read_OneProcessIsHeld_OthersAreRead() => Run((spawner, held) =>
    {
        using var other = TestWorker.Start(spawner, TestWorker.Request("/bin/sleep", "1000"));

        Assert.Null(ProcessEntry.Of(held.Pid));
        Assert.Equal(other.Pid, ProcessEntry.Of(other.Pid)?.Pid);
        Assert.Equal([other.Pid], ProcessEntry.Of([held.Pid, other.Pid]).Select(entry => entry.Pid));
        Assert.Contains(ProcessTable.Read().Entries, entry => entry.Pid == other.Pid);
        Assert.Empty(SocketHolders.Of([held.Pid]));
    });

    [Fact]
    public void Take_SocketOfAHeldProcess_IsGivenUp() => Run((spawner, held) =>
    {
        var socket = new SharedSocket(held.Inode, () => [held.Pid], held.Pid, held.Descriptor);
        Assert.Null(socket.Take(out var errno));
        Assert.NotEqual(Errno.None, errno);

        using var other = ShareWorker.Start(spawner, "a", "-h", "tcp4,127.0.0.1,7000");
        using var taken = new SharedSocket(other.Sockets[0].Inode, () => [other.Pid]).Take(out errno);
        Assert.Equal(Errno.None, errno);
    });

    /// <summary>The process is read after it is held no longer.</summary>
    [Fact]
    public void Read_HoldHasEnded_IsRead()
    {
        var pid = 0;
        Run((_, held) =>
        {
            pid = held.Pid;
            Assert.Null(ProcessEntry.Of(pid));
            held.End();
            Deadline.Until(() => ProcessEntry.Of(pid)?.Pid == pid, "the entry is read");
        });
    }

    private static void Run(Action<Spawner, HeldExec> test)
    {
        Root.Require();
        Assert.SkipUnless(File.Exists("/dev/fuse"), "needs FUSE");
        OwnNetwork.Run(spawner =>
        {
            using var folder = new TemporaryFolder();
            folder.Write("file", "");
            using var held = new HeldExec(spawner, folder["file"]);
            // A call that is held up ends then, with another result than the tests expect.
            using var limit = new Timer(_ => held.End(), null, Long, Timeout.InfiniteTimeSpan);
            test(spawner, held);
        });
    }
}
