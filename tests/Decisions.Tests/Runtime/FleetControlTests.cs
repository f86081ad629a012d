using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Hosting;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Runtime;

public sealed class FleetControlTests
{
    [Fact]
    public async Task SnapshotAsync_ManyRequestsBeforeTheLoopRuns_AreTakenOnce()
    {
        using var mailbox = new Mailbox(TimeProvider.System);
        using var manager = new ServiceManager(new SystemdNotifier(), TimeProvider.System);
        using var control = new FleetControl(
            mailbox, null!, null!, null!, manager, null!, TimeProvider.System, Serilog.Core.Logger.None);
        Task<FleetSnapshot>[] early = [Ask(), Ask(), Ask()];
        Assert.Equal(1, mailbox.Count);

        var (first, late) = (Take(), Ask());
        var snapshot = new FleetSnapshot(TimeSpan.Zero, default, []);
        first.Done.SetResult(snapshot);

        foreach (var one in early) Assert.Same(snapshot, await one);
        // A request during a snapshot gets a later snapshot, with all changes.
        Assert.False(late.IsCompleted);
        Assert.NotSame(first, Take());

        Task<FleetSnapshot> Ask() => control.SnapshotAsync(TestContext.Current.CancellationToken);

        SnapshotMessage.TakeSnapshot Take()
        {
            Assert.True(mailbox.TryTake(out var message));
            var take = Assert.IsType<SnapshotMessage.TakeSnapshot>(message);
            take.Begin!();
            return take;
        }
    }
}
