using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class SharedSocketTests
{
    [Fact]
    public void Take_ByTheOutcomeLine_IsTheWorkersSocket() => OwnNetwork.Run(spawner =>
    {
        using var worker = ShareWorker.Start(spawner, "a", "-h", "tcp4,127.0.0.1,7000");
        var (descriptor, inode) = Assert.Single(worker.Sockets);
        var socket = new SharedSocket(inode, () => [worker.Pid], worker.Pid, descriptor);

        using var taken = Assert.IsType<TakenSocket>(socket.Take(out var errno));
        Assert.Equal(Errno.None, errno);
        Assert.Equal(inode, taken.Inode);
        Assert.Equal(Assert.Single(SockDiag.Serving(), record => record.Port == 7000).Cookie, taken.Cookie);
    });

    [Fact]
    public void Take_HeldByAForkedChild_IsFound() => OwnNetwork.Run(spawner =>
    {
        using var worker = ShareWorker.Start(spawner, "a", "-h", "-c", "tcp4,127.0.0.1,7000", "udp4,127.0.0.1,7000");
        Assert.NotEqual(worker.Pid, worker.Server);
        foreach (var (_, inode) in worker.Sockets)
        {
            using var taken = new SharedSocket(inode, () => ProcessDescendants.Of(worker.Pid)).Take(out var errno);
            Assert.Equal((Errno.None, inode), (errno, taken!.Inode));
        }
    });

    /// <summary>A worker may write any line to its stderr.</summary>
    [Fact]
    public void Take_LineNamesAProcessOfAnotherUser_IsNotFound() => OwnNetwork.Run(spawner =>
    {
        using var liar = ShareWorker.Start(spawner, "a", "-h", "tcp4,127.0.0.1,7000");
        using var victim = ShareWorker.Start(spawner, "b", "-h", "tcp4,127.0.0.1,7001");
        var (descriptor, inode) = Assert.Single(victim.Sockets);

        Assert.Null(new SharedSocket(inode, () => [liar.Pid], victim.Pid, descriptor).Take(out var errno));
        Assert.Equal(Errno.NotFound, errno);
    });

    [Fact]
    public void Take_ProcessHasEnded_IsNotFound() => OwnNetwork.Run(spawner =>
    {
        int pid;
        ulong inode;
        using (var worker = ShareWorker.Start(spawner, "a", "-h", "tcp4,127.0.0.1,7000"))
            (pid, inode) = (worker.Pid, worker.Sockets[0].Inode);
        Assert.Null(new SharedSocket(inode, () => [pid]).Take(out var errno));
        Assert.Equal(Errno.NotFound, errno);
    });

    [Fact]
    public void Take_AnotherUsersProcessWithoutTheRight_IsNotPermitted() => OwnNetwork.Run(spawner =>
    {
        Root.Require();
        using var worker = ShareWorker.Start(spawner, "a", "-h", "tcp4,127.0.0.1,7000");
        var (descriptor, _) = Assert.Single(worker.Sockets);
        OrdinaryUser.Run([], _ =>
        {
            using var process = Assert.IsType<Pidfd>(Pidfd.Open(worker.Pid, out var errno));
            Assert.Null(process.TryTake(descriptor, out errno));
            Assert.Equal(Errno.NotPermitted, errno);
        });
    });
}
