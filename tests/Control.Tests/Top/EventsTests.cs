using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Top;

namespace Control.Tests.Top;

/// <summary>Events of one daemon after another.</summary>
public sealed class EventsTests
{
    [Fact]
    public void See_Events_AreAppended()
    {
        var state = With(Screens.Of(Daemon(10)), 10, 1, 2).Press("e");
        Assert.Equal([1, 2], state.Events.Select(told => told.Sequence));
        Assert.Equal(2, state.Wanted.EventsSince);
        Assert.Equal([1, 2, 3], With(state, 11, 2, 3).Events.Select(told => told.Sequence));
    }

    [Fact]
    public void See_ManyEvents_KeepsTheNewest()
    {
        var state = With(Screens.Of(Daemon(10)), 10, [.. Enumerable.Range(1, 1000)]);
        Assert.Equal((200, 1000), (state.Events.Count, state.Events[^1].Sequence));
    }

    /// <summary>A daemon that was started anew counts from 1.</summary>
    [Fact]
    public void See_OtherDaemon_AsksForAllItsEvents()
    {
        var state = With(Screens.Of(Daemon(10)), 10, 1, 2).Press("e").See(new Look(Daemon(1)));
        Assert.Equal(0, state.Wanted.EventsSince);
        var next = With(state, 2, 1, 2, 3);
        // The third one is later than all events of the former daemon.
        Assert.Equal([0, 0, 3], next.Events.Select(told => told.Sequence));
        Assert.Equal(3, next.Wanted.EventsSince);
    }

    [Fact]
    public void See_DaemonThatTookOver_IsAnotherDaemon()
    {
        var state = With(Screens.Of(Daemon(10)), 10, 1, 2).Press("e");
        var after = Daemon(12) with { Adopted = new AdoptedWorkers(1, 1, 0.5) };
        Assert.Equal(0, state.See(new Look(after)).Wanted.EventsSince);
    }

    private static StatusDocument Daemon(double uptime) => Given.Status(Given.Worker("web@0")) with { Uptime = uptime };

    private static TopState With(TopState state, double uptime, params int[] events) => state.See(new Look(Daemon(uptime))
    {
        Events = [.. events.Select(number => new EventDocument(number, $"2026-01-01T00:00:{number:00}.000Z", "spawn", "text"))],
    });
}
