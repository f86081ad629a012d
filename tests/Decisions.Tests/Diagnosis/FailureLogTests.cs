using Decisions.Tests.Observability;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Diagnosis;

public sealed class FailureLogTests : IDisposable
{
    private static readonly WorkerName Web = new("web", 1);

    private readonly CollectedLog _log = new();
    private readonly FailureLog _failures;

    public FailureLogTests() => _failures = new FailureLog(_log.Logger);

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Tell_Failures_WakesTheCauseLogOnce()
    {
        var woken = _failures.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(woken.IsCompleted);
        _failures.Tell(new FailureEvent.WorkerFailed(Web));
        _failures.Tell(new FailureEvent.ReadinessTimedOut(Web));
        Assert.True(await woken);

        _failures.Forget();
        Assert.False(_failures.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
        Assert.Empty(_log.Events());
    }

    /// <summary>No failure may be lost between a round and the next wait.</summary>
    [Fact]
    public async Task Wait_FailureAfterForget_CompletesAtOnce()
    {
        _failures.Tell(new FailureEvent.WorkerFailed(Web));
        _failures.Forget();
        _failures.Tell(new FailureEvent.WorkerFailed(Web));
        Assert.True(await _failures.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Tell_SilentLibrary_IsLoggedAndWakesNothing()
    {
        _failures.Tell(new FailureEvent.LibrarySilent(
            Web, 7, new PreloadDiagnosis(PreloadReason.StaticallyLinked, "/bin/x"), ShardingMethod.Preload));
        Assert.False(_failures.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
        var logged = Assert.Single(_log.Events());
        Assert.Equal("no_preload", logged.GetProperty("REUSEPORT_EVENT").GetString());
        Assert.Equal("statically linked: /bin/x", logged.GetProperty("REUSEPORT_REASON").GetString());
    }

    [Fact]
    public void Tell_UpdateThatStopped_IsLoggedWithItsCause()
    {
        var cause = new UpdateStop.TooFewReady(1, 3);
        _failures.Tell(new FailureEvent.UpdateFailed("web", cause, Done: 1, Count: 3, RollsBack: false));
        var logged = Assert.Single(_log.Events());
        Assert.Equal("update_failed", logged.GetProperty("REUSEPORT_EVENT").GetString());
        Assert.Equal("only 1 of 3 workers are ready", logged.GetProperty("REUSEPORT_REASON").GetString());
    }
}
