using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Hosting;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Runtime;

public sealed class ServiceManagerTests
{
    private readonly Notifier _notifier = new();

    [Fact]
    public void Tell_Counts_IsTheStatusLine()
    {
        using var manager = Manager();
        manager.Tell(new FleetCounts(4, 3, 1, 0, 0, 0, 1));
        Assert.Equal("STATUS=3 of 4 workers ready; 1 starting", _notifier.Next());
    }

    [Fact]
    public void Tell_ManagerReadsNothing_DoesNotWaitAndKeepsTheNewestCounts()
    {
        using var manager = Manager();
        using var reads = new ManualResetEventSlim();
        _notifier.Reads = reads;
        manager.Tell(new FleetCounts(4, 1, 3, 0, 0, 0, 1));
        Assert.Equal("STATUS=1 of 4 workers ready; 3 starting", _notifier.Next());

        manager.Tell(new FleetCounts(4, 2, 2, 0, 0, 0, 1));
        manager.Tell(new FleetCounts(4, 4, 0, 0, 0, 0, 1));
        reads.Set();
        string last;
        do last = _notifier.Next();
        while (last != "STATUS=4 of 4 workers ready");
    }

    [Fact]
    public void Tell_WhileAStatusIsSent_SendsTheNextAfterIt()
    {
        using var manager = Manager();
        using var reads = new ManualResetEventSlim();
        _notifier.Reads = reads;
        manager.Tell(new FleetCounts(2, 1, 1, 0, 0, 0, 1));
        Assert.Equal("STATUS=1 of 2 workers ready; 1 starting", _notifier.Next());

        manager.Tell(new FleetCounts(2, 2, 0, 0, 0, 0, 0));
        Assert.False(_notifier.ComesWithin(TimeSpan.FromMilliseconds(100)));
        reads.Set();
        Assert.Equal("STATUS=2 of 2 workers ready", _notifier.Next());
    }

    [Fact]
    public void Reload_DuringTheStart_IsNotReported()
    {
        using var manager = Manager();
        manager.Reloading();
        manager.Reloaded();
        Assert.Empty(_notifier.Said);
    }

    [Fact]
    public void Reload_AfterStart_IsReportedWithItsTime()
    {
        using var manager = Manager();
        manager.Started();
        manager.Reloading();
        manager.Reloaded();
        Assert.Equal(2, _notifier.Said.Count);
        Assert.Matches("^RELOADING=1\nMONOTONIC_USEC=[0-9]+$", _notifier.Said[0]);
        Assert.Equal("READY=1", _notifier.Said[1]);
    }

    [Fact]
    public void Leaving_BeforeAStop_AsksForTheGraceTimeAndTheDrainToo()
    {
        using var manager = Manager();
        manager.ExtendStopBy(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
        manager.ExtendStopBy(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
        manager.Leaving(TimeSpan.FromSeconds(60));
        manager.Stopping();
        Assert.Equal("EXTEND_TIMEOUT_USEC=115000000", _notifier.Next());
        Assert.Equal("EXTEND_TIMEOUT_USEC=25000000", _notifier.Next());
    }

    [Fact]
    public void Stopping_SeveralGracePeriods_AsksForTheLongestAndMore()
    {
        using var manager = Manager();
        manager.ExtendStopBy(TimeSpan.FromMinutes(5));
        manager.ExtendStopBy(TimeSpan.FromSeconds(10));
        manager.Stopping();
        var asked = long.Parse(
            Assert.Single(_notifier.Said)["EXTEND_TIMEOUT_USEC=".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(asked, 300_000_001, 400_000_000);
    }

    [Fact]
    public void Tell_NoReceiver_DoesNotThrow()
    {
        using var manager = Manager();
        _notifier.Fault = new SocketException((int)SocketError.ConnectionRefused);
        manager.Tell(default);
        _notifier.Next();
        manager.Stopping();
    }

    [Fact]
    public void Tell_NoServiceManager_IsSilent()
    {
        using var manager = Manager();
        _notifier.IsEnabled = false;
        manager.Tell(default);
        Assert.Empty(_notifier.Said);
    }

    private ServiceManager Manager() => new(_notifier, TimeProvider.System);

    private sealed class Notifier : ISystemdNotifier
    {
        private readonly BlockingCollection<string> _told = [];

        public List<string> Said { get; } = [];

        /// <summary>A report waits for this task; null if the manager reads at once.</summary>
        public ManualResetEventSlim? Reads { get; set; }

        public Exception? Fault { get; set; }

        public bool IsEnabled { get; set; } = true;

        public void Notify(ServiceState state)
        {
            _told.Add(state.ToString());
            Reads?.Wait();
            if (Fault is not null) throw Fault;
            Said.Add(state.ToString());
        }

        /// <summary>True if another report begins in this time.</summary>
        public bool ComesWithin(TimeSpan patience) => _told.TryTake(out _, patience);

        /// <summary>The next report, read or not.</summary>
        public string Next()
        {
            Assert.True(_told.TryTake(out var told, TimeSpan.FromSeconds(30)), "nothing was told");
            return told;
        }
    }
}
