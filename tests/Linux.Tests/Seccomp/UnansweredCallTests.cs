using Linux.Tests.Harness;
using Linux.Tests.Sharding;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Model;

namespace Linux.Tests.Seccomp;

/// <summary>A daemon that died has received a call and not answered it. The kernel gives no other receiver this call.</summary>
[Collection(Listeners.Name)]
public sealed class UnansweredCallTests
{
    /// <summary>The dead daemon may have carried the bind out.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Add_CallThatADeadDaemonHasReceived_IsAnswered(bool isBound) => OwnNetwork.Run(spawner =>
    {
        var records = Assert.IsType<CallRecords>(CallRecords.TryMake());
        using var service = new NotifiedService(Shards.Port());
        using var worker = TestWorker.Start(
            spawner, NotifiedService.Notifying(TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000")));
        var listener = worker.Spawned.BindListener!;
        Receive(records, listener, isBound);

        var unanswered = CallRecords.Read(DescriptorIdentity.Of(records.Descriptor));
        Assert.Equal(CallKind.Bind, Assert.Single(unanswered).Kind);
        var former = new FormerCalls(unanswered, IsConfined: false);
        Assert.Equal(Errno.None, service.Notifier.Add(listener, Shards.Port(), worker: 9, former));

        Assert.Equal(["bound tcp4 127.0.0.1 7000"], ShardedGroup.Lines(worker));
        Assert.Equal(
            [(9ul, OutcomeKind.Bind, "ok"), (9ul, OutcomeKind.Listen, "ok")],
            service.Told.Select(told => (told.Worker, told.Outcome.Kind, told.Outcome.Result)));
    });

    [Fact]
    public void Read_AnsweredCalls_HaveNoRecord() => OwnNetwork.Run(spawner =>
    {
        var records = Assert.IsType<CallRecords>(CallRecords.TryMake());
        using var service = new NotifiedService(Shards.Port(), records);
        Assert.Equal(["bound tcp4 127.0.0.1 7000"], service.Run(spawner, "binds-static", "tcp4,127.0.0.1,7000"));
        Deadline.Until(() => CallRecords.Read(DescriptorIdentity.Of(records.Descriptor)).Length == 0, "no record is left");
    });

    /// <summary>Calls of other workers, and calls that were answered, do not disturb a worker.</summary>
    [Fact]
    public void Add_CallOfAnotherWorker_IsIgnored() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        using var worker = TestWorker.Start(
            spawner, NotifiedService.Notifying(TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000")));
        BindCall[] others = [new BindCall(1, worker.Pid, CallKind.Bind, 3, 8, 16), default];
        var former = new FormerCalls(others, IsConfined: false);
        Assert.Equal(Errno.None, service.Notifier.Add(worker.Spawned.BindListener!, Shards.Port(), worker: 9, former));
        Assert.Equal(["bound tcp4 127.0.0.1 7000"], ShardedGroup.Lines(worker));
    });

    /// <summary>The kernel carries out the calls of such a worker, which has the rights of its process.</summary>
    [Fact]
    public void Add_WorkerThatWasConfinedBefore_BindsByItself() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        using var worker = TestWorker.Start(
            spawner, NotifiedService.Notifying(TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000")));
        var former = new FormerCalls([], IsConfined: true);
        Assert.Equal(Errno.None, service.Notifier.Add(worker.Spawned.BindListener!, Shards.Port(), worker: 9, former));

        Assert.Equal(["bound tcp4 127.0.0.1 7000"], ShardedGroup.Lines(worker));
        Assert.Empty(service.Told);
    });

    private static unsafe void Receive(CallRecords records, Descriptor listener, bool isBound)
    {
        var queue = new CallQueue(listener, records.Take());
        BindCall call = default;
        Deadline.Until(() => queue.TryReceive(out call), "a bind");
        if (!isBound) return;
        using var caller = Assert.IsType<Caller>(Caller.Open(call.Thread));
        Span<byte> address = stackalloc byte[call.Length];
        Assert.Equal(Errno.None, caller.Read(call.Address, address));
        using var socket = caller.Take(call.Descriptor, out _);
        Assert.Equal(Errno.None, new InetSocket(socket!, InetSocket.TypeOf(socket!)!).Bind(address));
    }
}
