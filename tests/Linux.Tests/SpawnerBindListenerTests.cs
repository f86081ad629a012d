using Linux.Tests.Harness;
using Linux.Tests.Seccomp;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>The filter of <see cref="SpawnRequest.NotifyBinds"/>, and the place of its listener.</summary>
[Collection(Listeners.Name)]
public sealed class SpawnerBindListenerTests
{
    private static readonly SpawnRequest Sleep = TestWorker.Request("/bin/sleep", "1000") with { NotifyBinds = true };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TrySpawn_NotifyBinds_ListenerIsInTheDaemonOnly(bool changesUser)
    {
        Root.Require();
        var identity = changesUser ? new Identity(OrdinaryUser.Number, OrdinaryUser.Number, []) : null;
        using var worker = TestWorker.Start(Sleep with { Identity = identity });
        using var listener = Assert.IsType<Descriptor>(worker.Spawned.BindListener);
        const int getFlags = 1, closeOnExec = 1;
        Assert.Equal(closeOnExec, Libc.FileControl(listener, getFlags, 0));
        Assert.Equal("2", ProcText.Status(worker.Pid, "Seccomp"));
        Assert.Equal("0", ProcText.Status(worker.Pid, "NoNewPrivs"));
        Assert.Equal(1, Listeners.Open);
        // The loader of the program opens the files of its libraries.
        Deadline.Until(
            () => Directory.GetFiles($"/proc/{worker.Pid}/fd").Select(Path.GetFileName).Order().SequenceEqual(["0", "1", "2"]),
            "the worker has three descriptors");
    }

    [Fact]
    public void TrySpawn_WithoutNotifyBinds_HasNoListener()
    {
        using var worker = TestWorker.Start(Sleep with { NotifyBinds = false });
        Assert.Null(worker.Spawned.BindListener);
        Assert.Equal(ProcText.Status(Environment.ProcessId, "Seccomp"), ProcText.Status(worker.Pid, "Seccomp"));
    }

    [Fact]
    public void TrySpawn_OrdinaryUserWithoutNoNewPrivileges_NamesTheStep() => OrdinaryUser.Run([], spawner =>
    {
        Assert.False(spawner.TrySpawn(Sleep, out _, out var error), "it started");
        Assert.Equal(new SpawnError("seccomp", "", Errno.AccessDenied), error);
    });

    [Fact]
    public void TrySpawn_ProgramIsMissing_ClosesTheListener() => OwnNetwork.Run(spawner =>
    {
        Root.Require();
        var request = Sleep with { Arguments = ["/nowhere"], Candidates = ["/nowhere"] };
        Assert.False(spawner.TrySpawn(request, out _, out var error), "it started");
        Assert.Equal(("exec", Errno.NotFound), (error.Step, error.Errno));
        Assert.Equal(0, Listeners.Open);
    });

    [Theory]
    [InlineData(OldKernel.CloseRange)]
    [InlineData(317)] // seccomp
    public void TrySpawn_WithoutTheCall_NamesTheStep(uint call)
    {
        OldKernel.RequireNumbers();
        OldKernel.Without([call], Errno.NoSuchCall.Number, () =>
        {
            using var spawner = new Spawner();
            Assert.False(spawner.TrySpawn(Sleep, out _, out var error), "it started");
            Assert.Equal(new SpawnError("seccomp", "", Errno.NoSuchCall), error);
        });
    }
}
