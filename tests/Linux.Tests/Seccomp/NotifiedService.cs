using System.Collections.Concurrent;
using Linux.Tests.Harness;
using Linux.Tests.Sharding;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Model;

namespace Linux.Tests.Seccomp;

/// <summary>A notifier, and workers whose binds it answers. To be used in a network namespace of its own.</summary>
internal sealed class NotifiedService : IDisposable
{
    private readonly ConcurrentQueue<(ulong Worker, BindOutcome Outcome)> _outcomes = [];
    private readonly ConcurrentQueue<ulong> _confined = [];
    private readonly List<TestWorker> _workers = [];
    private readonly ReuseportSpec _spec;
    private ulong _last;

    public NotifiedService(ReuseportSpec spec, CallRecords? records = null)
    {
        var support = SeccompSupport.Find();
        Assert.SkipUnless(support.IsAvailable, $"needs seccomp notifications: {support.Missing}: {support.Errno}");
        _spec = spec;
        var notifier = BindNotifier.TryStart(
            (worker, outcome) => _outcomes.Enqueue((worker, outcome)), _confined.Enqueue, TimeProvider.System, records);
        Notifier = Assert.IsType<BindNotifier>(notifier);
    }

    public BindNotifier Notifier { get; }

    public IEnumerable<BindOutcome> Outcomes => _outcomes.Select(told => told.Outcome);

    public IEnumerable<(ulong Worker, BindOutcome Outcome)> Told => _outcomes;

    /// <summary>The workers that have restricted themselves.</summary>
    public IEnumerable<ulong> Confined => _confined;

    /// <summary>The first worker has the number 1.</summary>
    public TestWorker Start(Spawner spawner, SpawnRequest request)
    {
        var worker = TestWorker.Start(spawner, Notifying(request));
        _workers.Add(worker);
        Assert.Equal(Errno.None, Notifier.Add(worker.Spawned.BindListener!, _spec, ++_last));
        return worker;
    }

    public TestWorker Start(Spawner spawner, string program, params string[] arguments) =>
        Start(spawner, TestWorker.Request(program, arguments));

    /// <summary>Starts a program and returns its lines before "ready".</summary>
    public string[] Run(Spawner spawner, SpawnRequest request) => ShardedGroup.Lines(Start(spawner, request));

    public string[] Run(Spawner spawner, string program, params string[] arguments) =>
        ShardedGroup.Lines(Start(spawner, program, arguments));

    /// <summary>Without CAP_SYS_ADMIN, the process must have no_new_privs.</summary>
    public static SpawnRequest Notifying(SpawnRequest request) => request with
    {
        NotifyBinds = true,
        NoNewPrivileges = request.NoNewPrivileges || SeccompSupport.Find().NeedsNoNewPrivileges,
    };

    public static SpawnRequest AsNobody(SpawnRequest request) =>
        request with { Identity = new Identity(OrdinaryUser.Number, OrdinaryUser.Number, []) };

    public void KillWorkers()
    {
        _workers.ForEach(worker => worker.Dispose());
        _workers.Clear();
    }

    public void Dispose()
    {
        KillWorkers();
        Notifier.Dispose();
        Assert.True(Notifier.Ended.Wait(Deadline.Patience), "the thread still runs");
    }
}
