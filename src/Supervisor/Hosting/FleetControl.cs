using Reuseportd.Api.Http;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>Applies the configuration and passes commands to the loop, for SIGHUP and for the control socket.</summary>
internal sealed class FleetControl(
    Mailbox mailbox,
    InitialFleet initial,
    ConfigurationState files,
    Steering steering,
    ServiceManager manager,
    Replacement replacement,
    TimeProvider time,
    ILogger log) : IFleetControl, IDisposable
{
    private readonly SemaphoreSlim _oneReadsAtATime = new(1);
    private readonly SharedCall<ConfigurationReading> _read = new(() => files.Read(anew: false));
    private readonly SharedCall<ConfigurationReading> _readAnew = new(() => files.Read(anew: true));
    private int _waitingToRead;

    /// <summary>A requested snapshot that the loop has not begun to take; null for none.</summary>
    private TaskCompletionSource<FleetSnapshot>? _snapshot;

    /// <summary>
    /// Reads the configuration again and applies it. With errors, nothing changes. A later call does not wait until the workers
    /// of this one have settled, so that a user can take a bad change back.
    /// </summary>
    public async Task<ApplyResult> ApplyAsync(TimeSpan? timeout, CancellationToken cancellation)
    {
        manager.Reloading();
        try
        {
            // Also with errors, and before the answer: after it, a log rotation may remove the renamed files.
            var reopened = ReopenFilesAsync(cancellation);
            var (errors, warnings, settled) = await BeginAsync(timeout, cancellation);
            var unopened = await reopened;
            if (settled is null) return new ApplyResult(errors, warnings, null) { Unopened = unopened };
            var done = await settled;
            log.Reloaded(done.Changed, done.Added, done.Removed, done.Unchanged);
            return new ApplyResult([], warnings, done) { Unopened = unopened };
        }
        finally
        {
            manager.Reloaded();
        }
    }

    /// <summary>Applies without an answer. If another call waits to read the files, it reads the newest ones.</summary>
    public async Task ApplySoonAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _waitingToRead) == 0)
        {
            await ApplyAsync(timeout: null, cancellation);
            return;
        }

        await ReopenFilesAsync(cancellation);
        // That call may end without reading: a replacement refuses it. Its turn comes before this one.
        await _oneReadsAtATime.WaitAsync(cancellation);
        _oneReadsAtATime.Release();
    }

    private async Task<(string[] Errors, string[] Warnings, Task<ConvergeResult>? Settled)> BeginAsync(
        TimeSpan? timeout, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waitingToRead);
        try
        {
            await _oneReadsAtATime.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waitingToRead);
        }

        try
        {
            var loaded = await Task.Run(
                () => ConfigurationSource.Load(initial.Path, initial.Controllers, initial.NoKernelMethod), cancellation);
            var warnings = files.WarningsOf(loaded);
            foreach (var warning in warnings) log.ConfigurationWarning(warning);
            if (loaded.Fleet is { } fleet) return ([], warnings, ConvergeAsync(fleet, timeout, cancellation));
            string[] errors = [.. loaded.Errors.Select(error => error.ToString())];
            log.ReloadFailed(errors);
            return (errors, warnings, null);
        }
        finally
        {
            _oneReadsAtATime.Release();
        }
    }

    private Task<ValueList<UnopenedFile>> ReopenFilesAsync(CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<ValueList<UnopenedFile>>(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new OutputMessage.ReopenFiles(done));
        return done.Task.WaitAsync(cancellation);
    }

    /// <param name="timeout">The longest wait for workers to settle; null for no limit.</param>
    private Task<ConvergeResult> ConvergeAsync(FleetSpec fleet, TimeSpan? timeout, CancellationToken cancellation)
    {
        manager.ExtendStopBy(fleet);
        var done = new TaskCompletionSource<ConvergeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new FleetMessage.Converge(fleet, done));
        return AnswerAsync(done.Task, timeout, cancellation);
    }

    public Task<CommandResult> CommandAsync(
        FleetCommand command,
        ValueList<NamePattern> names,
        bool wait,
        TimeSpan? timeout,
        string by,
        CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new FleetMessage.Command(command, names, wait, by, done));
        return AnswerAsync(done.Task, timeout, cancellation);
    }

    public Task<ConfigurationReading> ReadAsync(bool anew, CancellationToken cancellation) =>
        (anew ? _readAnew : _read).AskAsync().WaitAsync(cancellation);

    /// <summary>Waits for the loop's answer. A timeout or a cancellation has the loop answer at once.</summary>
    public async Task<T> AnswerAsync<T>(Task<T> answer, TimeSpan? timeout, CancellationToken cancellation)
    {
        try
        {
            return await answer.WaitAsync(timeout ?? Timeout.InfiniteTimeSpan, time, cancellation);
        }
        catch (TimeoutException)
        {
            mailbox.Post(new FleetMessage.AnswerNow(answer));
            return await answer.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (!answer.IsCompleted)
        {
            mailbox.Post(new FleetMessage.AnswerNow(answer));
            throw;
        }
    }

    /// <summary>
    /// Concurrent callers share one snapshot, so many clients do not delay the loop. After a hand-over, it is the fleet that was
    /// handed over: a client of the former program gets an answer.
    /// </summary>
    public async Task<FleetSnapshot> SnapshotAsync(CancellationToken cancellation)
    {
        try
        {
            return await TakeSnapshotAsync(cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            if (await replacement.LastFleetAsync() is { } last) return last;
            throw;
        }
    }

    private Task<FleetSnapshot> TakeSnapshotAsync(CancellationToken cancellation)
    {
        var mine = new TaskCompletionSource<FleetSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _snapshot, mine, null) is { } theirs) return theirs.Task.WaitAsync(cancellation);
        mailbox.Post(new SnapshotMessage.TakeSnapshot(mine) { Begin = () => Volatile.Write(ref _snapshot, null) });
        return mine.Task.WaitAsync(cancellation);
    }

    public async Task<Shared> SharesAsync(CancellationToken cancellation)
    {
        var steerer = await steering.Steerer.WaitAsync(cancellation);
        return new(steerer.Way, await steerer.CountAsync().WaitAsync(cancellation));
    }

    public Task<string?> ReplaceAsync(TimeSpan timeout, CancellationToken cancellation) =>
        replacement.BeginAsync(timeout, cancellation);

    public void Dispose() => _oneReadsAtATime.Dispose();
}
