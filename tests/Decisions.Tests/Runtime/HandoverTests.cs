using System.Text;
using CsCheck;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Sharding;
using Reuseportd.Model;
using Reuseportd.Runtime.Handover;
using Reuseportd.Slots;

namespace Decisions.Tests.Runtime;

/// <summary>The state that a daemon hands over to the program that replaces it.</summary>
public sealed class HandoverTests
{
    private static readonly Gen<TimeSpan> Time = Gen.Long[0, TimeSpan.TicksPerDay].Select(ticks => new TimeSpan(ticks));
    private static readonly Gen<string> Words = Gen.OneOf("", "web", "a 'b' \"c\"", "ü\n\0", "{\"form\":1}");
    private static readonly Gen<ExitStatus> Exit = Gen.OneOf(
        Gen.Const(ExitStatus.Unknown),
        Gen.Select(Gen.Int[0, 255], Gen.Bool, Gen.Bool, Gen.Bool, (code, signaled, dumped, memory) =>
            new ExitStatus(code, signaled, dumped) { OutOfMemory = memory }));

    private static readonly Gen<PortCoverage> Coverage = Gen.Select(Gen.Int[0, 3], Gen.Bool.Array[4], (count, served) =>
    {
        PortRange[] ranges = [.. Enumerable.Range(8000, count).Select(port => new PortRange(port, port + count))];
        return new PortCoverage(new PortFilter([.. ranges]), [.. served[..Math.Max(1, count)]]);
    });

    private static readonly Gen<SlotFailure> Simple = Gen.OneOf<SlotFailure>(
        Exit.Select(status => new SlotFailure.Ended(status) as SlotFailure),
        Exit.Select(status => new SlotFailure.EndedForGood(status) as SlotFailure),
        Gen.Select(Words, Gen.Int[0, 120], Words, (step, errno, barrier) =>
            new SlotFailure.NotStarted(new SpawnError(step, "x", new Errno(errno)) { Barrier = barrier }) as SlotFailure),
        Gen.Const(new SlotFailure.NotStarted(null) as SlotFailure),
        Words.Select(limit => new SlotFailure.NoRoom(limit) as SlotFailure),
        Words.Select(failure => new SlotFailure.NoAnswer(failure) as SlotFailure),
        Time.Select(time => new SlotFailure.AcceptsNothing(time) as SlotFailure),
        Time.Select(time => new SlotFailure.NotReady(new MissingReadiness.SettleTime(time)) as SlotFailure),
        Gen.Const(new SlotFailure.NotReady(new MissingReadiness.Notification()) as SlotFailure),
        Words.Null().Select(failure => new SlotFailure.NotReady(new MissingReadiness.Probe(failure)) as SlotFailure),
        Coverage.Select(ports => new SlotFailure.NotReady(new MissingReadiness.Ports(ports)) as SlotFailure));

    private static readonly Gen<SlotFailure> Failure = Gen.OneOf(
        Simple,
        Gen.Select(Gen.Int[0, 9], Time, Simple, (restarts, window, last) =>
            new SlotFailure.GaveUp(restarts, window, last) as SlotFailure));

    private static readonly Gen<AfterStop> After = Gen.OneOf<AfterStop>(
        Gen.Const(new AfterStop.Stay() as AfterStop),
        Gen.Const(new AfterStop.Restart() as AfterStop),
        Gen.Select(Failure, Time.Nullable(), (failure, ready) => new AfterStop.Retry(failure, ready) as AfterStop));

    private static readonly Gen<SlotState> State = Gen.OneOf<SlotState>(
        Gen.Select(Time, Time.Nullable(), Time.Nullable(), (since, due, serves) =>
            new SlotState.Starting(StartPhase.Running, since, due, PortCoverage.None(PortFilter.Any))
            {
                ServesSince = serves,
            } as SlotState),
        Gen.Select(Time, After, Gen.Bool, (due, then, over) => new SlotState.Draining(due, then, over) as SlotState),
        Gen.Select(Time, After, (kill, then) => new SlotState.Stopping(kill, then) as SlotState),
        Gen.Const(new SlotState.Stopped() as SlotState),
        Time.Select(since => new SlotState.Ready(since) as SlotState),
        Words.Select(limit => new SlotState.Waiting(limit) as SlotState),
        Failure.Select(failure => new SlotState.Failed(failure) as SlotState),
        Gen.Select(Time, Time, Failure, (until, delay, failure) =>
            new SlotState.Backoff(until, delay, failure) as SlotState));

    private static readonly Gen<Slot> Slots = Gen.Select(
        State, Gen.Int[0, 99], Gen.Int[0, 99], Time.Array[0, 3], Exit.Nullable(),
        (state, generation, restarts, attempts, exit) =>
            new Slot(state, generation, restarts, restarts / 2, [.. attempts], exit) { LastGiven = generation + 1 });

    /// <summary>Several for each state, as states take most of the time. The kind 6 is the loss of a record.</summary>
    private static readonly Gen<(int At, int Kind, byte Value)[]> Damages =
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 6], Gen.Byte).Array[8];

    internal static readonly Gen<SavedDaemon> Daemons = Gen.Select(Slots.Array[0, 6], Words, Gen.Int[0, 4], Daemon);

    [Fact]
    public void Restore_Slot_IsTheSame() =>
        Slots.Sample(
            slot => Assert.Equal(slot, SavedSlots.Restore(SavedSlots.Save(slot, hasProcess: true))),
            iter: Iterations.Times(5_000));

    /// <summary>A daemon that dies leaves no process that is still being made.</summary>
    [Theory]
    [InlineData(nameof(StartPhase.Queued))]
    [InlineData(nameof(StartPhase.Launching))]
    public void Restore_ProcessNotMade_StartsAgain(string name)
    {
        var phase = Enum.Parse<StartPhase>(name);
        var starting = new SlotState.Starting(phase, TimeSpan.Zero, null, PortCoverage.None(PortFilter.Any));
        var saved = SavedSlots.Save(Slot.New with { State = starting, Generation = 3 }, hasProcess: false);
        Assert.True(SavedSlots.AsksForStart(saved));
        Assert.Equal(Slot.New with { Generation = 3 }, SavedSlots.Restore(saved));
    }

    [Fact]
    public void Restore_ProcessNotMadeAndStopped_StaysStopped()
    {
        var stopping = new SlotState.Stopping(TimeSpan.Zero, new AfterStop.Stay());
        var saved = SavedSlots.Save(Slot.New with { State = stopping }, hasProcess: false);
        Assert.False(SavedSlots.AsksForStart(saved));
        Assert.Equal(Slot.New, SavedSlots.Restore(saved));
    }

    [Fact]
    public void TryJoin_RecordsOfAState_GiveTheState() => Daemons.Sample(
        state =>
        {
            var joined = StateRecords.TryJoin(RecordsOf(state), out var problem);
            Assert.True(problem is null, problem);
            Assert.Equal(
                Encoding.UTF8.GetString(HandoverText.Write(state)),
                Encoding.UTF8.GetString(HandoverText.Write(joined! with { LastToken = state.LastToken })));
        },
        iter: Iterations.Times(500));

    /// <summary>Records are lost or damaged one at a time.</summary>
    [Fact]
    public void TryJoin_DamagedRecords_AreRefusedWithAReason() => Gen.Select(Daemons, Damages).Sample(
        (state, damages) =>
        {
            var sound = RecordsOf(state);
            var keys = sound.Keys.Order(StringComparer.Ordinal).ToArray();
            foreach (var (at, kind, value) in damages)
            {
                var records = new Dictionary<string, byte[]>(sound);
                var key = keys[at % keys.Length];
                if (kind == 6) records.Remove(key);
                else records[key] = Damage(records[key], at, kind, value);
                IsWholeOrRefused(StateRecords.TryJoin(records, out var problem), problem);
            }
        },
        iter: Iterations.Times(400));

    /// <summary>A daemon of an earlier version was killed between the records of the two slots of a worker.</summary>
    [Theory]
    [InlineData(false, "Ready")]
    [InlineData(true, SavedSlots.Queued)]
    public void TryJoin_ProcessOfTwoWorkers_HasOne(bool isOwn, string second)
    {
        var state = Daemon([Ready, Ready], "web", 0);
        var records = RecordsOf(state);
        var workers = state.Services[0].Workers;
        records[StateRecords.KeyOf("web", isOwn ? "1" : "+1")] =
            StateRecords.Write(workers[isOwn ? 1 : 0] with { Process = workers[0].Process, IsReplacement = !isOwn });

        var joined = StateRecords.TryJoin(records, out var problem);

        Assert.Null(problem);
        Assert.Equal(1, joined!.Lost);
        Assert.Equal(
            [("Ready", workers[0].Process!.Serial), (second, isOwn ? null : workers[1].Process!.Serial)],
            joined.Services[0].Workers.Select(worker => (worker.Slot.State, worker.Process?.Serial)));
    }

    [Theory]
    [InlineData("worker web")]
    [InlineData("worker ")]
    [InlineData("worker")]
    [InlineData("service ")]
    [InlineData("line 1")]
    [InlineData("")]
    public void TryJoin_DamagedKey_IsRefusedOrIgnored(string key)
    {
        var records = RecordsOf(Daemon([Ready], "web", 0));
        records[key] = records[StateRecords.KeyOf("web", "0")];
        IsWholeOrRefused(StateRecords.TryJoin(records, out var problem), problem);
    }

    /// <summary>The newest events and output are no reason to refuse the workers.</summary>
    [Theory]
    [InlineData("{\"number\":12,\"inode\":7}", 12)]
    [InlineData("{\"number\":", null)]
    [InlineData("{}", null)]
    [InlineData("7", null)]
    public void TryJoin_RecordOfRings_IsTakenOrDropped(string record, int? number)
    {
        var records = RecordsOf(Daemon([Ready], "web", 2));
        records[StateRecords.Rings] = Encoding.UTF8.GetBytes(record);
        var joined = StateRecords.TryJoin(records, out var problem);
        Assert.Equal((null, number), (problem, joined?.Resources.Rings?.Number));
    }

    /// <summary>A daemon that has died has left unfinished lines one by one.</summary>
    [Theory]
    [InlineData(true, "{\"pipe\":-1,\"process\":1,\"is_stderr\":true,\"held\":\"cGFydA==\",\"continues\":false}", "part")]
    [InlineData(false, "{\"pipe\":-1,\"process\":1,\"is_stderr\":true,\"held\":\"cGFydA==\",\"continues\":false}", null)]
    [InlineData(true, "{\"pipe\":-1,\"process\":99,\"is_stderr\":true,\"held\":\"cGFydA==\",\"continues\":false}", null)]
    [InlineData(true, "{\"pipe\":-1,\"process\":1", null)]
    [InlineData(true, "7", null)]
    public void TryJoin_RecordOfALine_IsTakenOrDropped(bool hasDied, string record, string? held)
    {
        var records = RecordsOf(Daemon([Ready], "web", 0));
        if (hasDied) records.Remove(StateRecords.Streams);
        records[StateRecords.KeyOf(1, isStderr: true)] = Encoding.UTF8.GetBytes(record);
        var joined = StateRecords.TryJoin(records, out var problem);
        Assert.Null(problem);
        Assert.Equal(held, joined!.Streams.Select(stream => Encoding.UTF8.GetString(stream.Held)).SingleOrDefault());
    }

    [Fact]
    public void TryRead_WrittenState_IsTheSame() => Daemons.Sample(
        state =>
        {
            var text = HandoverText.Write(state);
            var read = HandoverText.TryRead(text, out var problem);
            Assert.True(problem is null, problem);
            Assert.Equal(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(HandoverText.Write(read!)));
        },
        iter: Iterations.Times(1_000));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SavedDaemon.PresentForm + 1)]
    [InlineData(int.MaxValue)]
    public void TryRead_OtherForm_IsRefused(int form)
    {
        var state = Daemon([Slot.New], "web", 1) with { Form = form };
        Assert.Null(HandoverText.TryRead(HandoverText.Write(state), out var problem));
        Assert.Contains($"{form}", problem, StringComparison.Ordinal);
    }

    /// <summary>Each damaged state is refused with a reason, or is a state that can be restored.</summary>
    [Fact]
    public void TryRead_DamagedState_IsRefusedWithAReason() => Gen.Select(Daemons, Damages).Sample(
        (state, damages) =>
        {
            var text = HandoverText.Write(state);
            foreach (var (at, kind, value) in damages)
                IsWholeOrRefused(HandoverText.TryRead(Damage(text, at, kind, value), out var problem), problem);
        },
        iter: Iterations.Times(400));

    [Fact]
    public void Problem_DescriptorTwice_IsFound()
    {
        var state = Daemon([Ready], "web", 2);
        var twice = state with { Streams = [state.Streams[0], state.Streams[0]] };
        Assert.Null(HandoverRules.Problem(state) ?? HandoverRules.ProblemOfDescriptors(state));
        Assert.NotNull(HandoverRules.ProblemOfDescriptors(twice));
        Assert.NotNull(HandoverRules.Problem(state with { LastToken = 0 }));
        Assert.NotNull(HandoverRules.ProblemOfDescriptors(state with { Resources = state.Resources with { Listener = 0 } }));
    }

    internal static Slot Ready => Slot.New with { State = new SlotState.Ready(TimeSpan.FromSeconds(1)), Generation = 1 };

    internal static void IsWholeOrRefused(SavedDaemon? read, string? problem)
    {
        Assert.Equal(read is null, problem is { Length: > 0 });
        foreach (var worker in read?.Services.SelectMany(one => one.Workers) ?? []) SavedSlots.Restore(worker.Slot);
    }

    private static byte[] Damage(byte[] text, int at, int kind, byte value)
    {
        at %= text.Length;
        switch (kind)
        {
            case 0:
                return text[..at];
            case 1:
                return [.. text[..at], .. text[(at + 1)..]];
            case 2:
                return [.. text, .. text];
            case 3:
                return [.. text[..at], value, .. text[at..]];
            case 4:
                return [.. text.Select((one, index) => index >= at && one is >= (byte)'0' and <= (byte)'9' ? (byte)'9' : one)];
            default:
                var changed = text.ToArray();
                changed[at] = value;
                return changed;
        }
    }

    internal static Dictionary<string, byte[]> RecordsOf(SavedDaemon state)
    {
        var records = new Dictionary<string, byte[]>
        {
            [StateRecords.Daemon] = HandoverText.Write(state with { Services = [], Streams = [], Groups = [], Totals = null }),
            [StateRecords.Streams] = StateRecords.Write(state.Streams),
        };
        foreach (var service in state.Services)
        {
            records[StateRecords.KeyOf("web")] = StateRecords.Write(service with { Workers = [] });
            foreach (var worker in service.Workers)
                records[StateRecords.KeyOf("web", $"{worker.Index}")] = StateRecords.Write(worker);
        }

        if (state.Totals is not null) records[StateRecords.Totals] = StateRecords.Write(state.Totals);
        if (state.Host is not null) records[StateRecords.Host] = StateRecords.Write(state.Host);
        foreach (var group in state.Groups)
            records[StateRecords.KeyOf(SavedGroups.Restore(group).Steered.Key)] = StateRecords.Write(group);
        return records;
    }

    internal static SavedDaemon Daemon(Slot[] slots, string word, int streams)
    {
        SavedWorker[] workers = [.. slots.Select((slot, index) => new SavedWorker(
            index, SavedSlots.Save(slot, hasProcess: true), slot.State.HasProcess ? Process((ulong)index + 1, word) : null)
            {
                Kept = index == 1 ? "kept" : null, IsInUpdate = index == 2, LastLine = index == 0 ? word : null,
                IsHeldBack = index == 3,
            })];
        var running = workers.Select(worker => worker.Process).OfType<SavedProcess>().ToArray();
        var service = new SavedService("declared", word.Length > 0 ? word : null, null, true, [1], 3, workers)
        {
            LastGiven = new Dictionary<int, int> { [7] = 2 },
            Notify = new SavedNotify(new DescriptorIdentity(11, 12), 13, new SavedUser(33, 33, [4])),
            Update = new SavedUpdate("former", IsRollback: false, IsTakenBack: true, IsPaused: true),
        };
        return new SavedDaemon(
            SavedDaemon.PresentForm, word, 12, 100, new SavedResources(
                9, 3, 4, 1024, 4096, [.. Enumerable.Range(40, ShardingPrograms.NumberCount - 1), -1])
            {
                Calls = new DescriptorIdentity(10, 11), Listeners = [new SavedListener("127.0.0.1:9181", 12)],
            },
            [service],
            running.Length == 0
                ? []
                : [.. Enumerable.Range(20, streams).Select(number =>
                    new SavedStream(number, running[0].Serial, number % 2 == 0, Encoding.UTF8.GetBytes(word), number % 3 == 0))])
        {
            Mark = "5-6",
            Host = (streams % 3) switch { 0 => null, 1 => new SavedHost(77), _ => new SavedHost(DrainsAt: null) },
            Settings = DaemonSpec.Default with
            {
                SocketGroup = word, AgentCheck = ["127.0.0.1:9181"], ExitOnFailed = [word], StopGrace = TimeSpan.FromSeconds(3),
            },
            Groups =
            [
                new SavedGroup(
                    true, false, [1, 2], 8080, 0, 33, [30, 31, 32, 33], ["web", "api"]),
            ],
        };
    }

    internal static SavedProcess Process(ulong serial, string word) => new(
        serial, 1000 + (int)serial, 1, word, new SavedAccount(word, 33, 33, [4], null, "/bin/sh"), 5,
        new SavedMethod(ShardingMethod.Kernel, true, true, false, new SavedReason("StaticallyLinked", word), word))
    {
        Handle = new DescriptorIdentity(100 + (int)serial, 7), IsChild = true, Group = word, GroupId = 12,
        Stderr = new DescriptorIdentity(20, 8),
        Binds =
        [
            new BindOutcome(
                OutcomeKind.Listen, 1001,
                new SocketOutcome(
                    3, 44, "inet", "stream", "127.0.0.1", 8080, true, OptionSetting.Set, OptionSetting.System, null, 128),
                "ok", ""),
        ],
        Sockets = [new SavedSocket(44, 1001, 3)], KernelPorts = [8080],
    };
}
