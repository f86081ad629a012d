using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Older kernels, and containers whose seccomp filter refuses newer calls.</summary>
public sealed class SpawnerOldKernelTests
{
    private const int NotPermitted = 1;
    private const int NoSuchCall = 38;

    [Theory]
    [InlineData(NoSuchCall)]
    [InlineData(NotPermitted)]
    public void TrySpawn_NoClone3AndNoCloseRange_StartsTheSame(int errno) =>
        OldKernel.Without([OldKernel.Clone3, OldKernel.CloseRange], errno, () =>
        {
            using var folder = new TemporaryFolder();
            using var open = new Descriptor(Inheritable.Open(folder.Write("open", "")));
            using var spawner = new Spawner();
            using var worker = TestWorker.Start(spawner, TestWorker.Request("descriptors"));

            Assert.Equal(3, worker.Out!.ReadAllText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Equal(ExitStatus.Exited(0), worker.AwaitExit());
        });

    [Fact]
    public void TrySpawn_NoClone3_SignalsAreDefaultAndErrorsAreNamed() =>
        OldKernel.Without([OldKernel.Clone3], NoSuchCall, () =>
        {
            using var spawner = new Spawner();
            using var worker = TestWorker.Start(spawner, TestWorker.Request("/bin/sleep", "1000"));
            Assert.Equal("0000000000000000", ProcText.Status(worker.Pid, "SigIgn"));
            Assert.Equal("0000000000000000", ProcText.Status(worker.Pid, "SigBlk"));

            var failing = TestWorker.Request("/bin/true") with { WorkingDirectory = "/nowhere" };
            Assert.False(spawner.TrySpawn(failing, out _, out var error));
            Assert.Equal("chdir /nowhere: ENOENT", error.ToString());
        });

    [Fact]
    public void TrySpawn_NoClone3AndCgroup_EntersItBeforeExec()
    {
        using var group = new TestCgroup();
        OldKernel.Without([OldKernel.Clone3], NoSuchCall, () =>
        {
            using var spawner = new Spawner();
            using var worker = TestWorker.Start(spawner, TestWorker.Request("/bin/sleep", "1000") with { Cgroup = group.Folder });

            Assert.Contains($"/{group.Name}", ProcText.Read(worker.Pid, "cgroup"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Wait_NoPwait2_TimesOutAndWakes() =>
        OldKernel.Without([OldKernel.EpollPwait2], NoSuchCall, () =>
        {
            using var epoll = new Epoll();
            using var wake = new EventFd();
            epoll.Add(wake, EpollEvents.Readable, 9);
            Assert.True(epoll.Wait(TimeSpan.FromMicroseconds(100)).IsEmpty);

            wake.Signal();
            Assert.Equal(new Ready(9, EpollEvents.Readable), Assert.Single(epoll.Wait(null).ToArray()));
        });
}
