using Microsoft.Extensions.Hosting;
using Reuseportd.Api.Streams;
using Reuseportd.Linux.Processes;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Loop;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// The fleet as a service of the host. Its start ends when every worker is ready or has failed; the host then sends READY=1. Its
/// stop ends with the last worker.
/// </summary>
internal sealed partial class FleetHost(
    FleetStart start,
    SupervisorLoop loop,
    OutputLoop output,
    Mailbox mailbox,
    FleetControl control,
    InitialFleet initial,
    ServiceManager manager,
    StreamEnd ending,
    DaemonSignals signals,
    Replacement replacement,
    FailedServices failed,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger log) : IHostedLifecycleService
{
    /// <summary>The end of the start still uses its code. The deadlines of new workers end within the second wait.</summary>
    private static readonly TimeSpan[] Aftermath = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)];

    /// <summary>The longest wait for adopted workers that are starting or ending.</summary>
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReplaceWithin = TimeSpan.FromSeconds(30);

    private bool _hearsFaults;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _hearsFaults = true;
        start.Begin();
        _ = loop.Ended.ContinueWith(
            OnFault, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        _ = EndWithServiceAsync();
        // A reload reads newer files than the start.
        signals.Listen(BeginReload, BeginReplacement);
        try
        {
            // Workers of an earlier daemon serve. The end of a rolling restart must not hold up the start of the unit.
            TimeSpan? timeout = initial.Inheritance is null ? null : SettleWithin;
            var done = await control.AnswerAsync(start.Settled, timeout, cancellationToken);
            // The control socket starts at the same time: the start ends only when both are there.
            lifetime.ApplicationStarted.Register(() =>
            {
                log.Started(done.Counts.Ready, done.Counts.Workers, initial.Fleet.Services.Count, done.NotReady.Count == 0);
                manager.Started();
                _ = GiveBackCodeAsync();
            });
        }
        catch (OperationCanceledException)
        {
            // A signal stopped the daemon during its start.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Unmaps the code of the start, which a settled fleet does not need, and ends <see cref="StartHeap"/>.
    /// </summary>
    private async Task GiveBackCodeAsync()
    {
        try
        {
            foreach (var wait in Aftermath)
            {
                await Task.Delay(wait, time, lifetime.ApplicationStopping);
                if (wait == Aftermath[0]) StartHeap.End();
                ProgramPages.GiveBack();
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private void BeginReload() => _ = RunDetachedAsync("a fault ended the reload", ReloadAsync);

    private async Task ReloadAsync()
    {
        try
        {
            await control.ApplySoonAsync(lifetime.ApplicationStopping);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            signals.EndReload();
            throw;
        }

        signals.EndReload();
    }

    private void BeginReplacement() => _ = RunDetachedAsync("a fault ended the replacement", ReplaceAsync);

    private async Task ReplaceAsync()
    {
        var obstacle = await replacement.BeginAsync(ReplaceWithin, lifetime.ApplicationStopping);
        if (obstacle is not null) log.NotReplaced(obstacle);
    }

    /// <summary>Runs work that nothing awaits, and logs a fault that would be lost.</summary>
    private async Task RunDetachedAsync(string faultMessage, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
#pragma warning disable CA1031 // Nothing awaits this task, so the fault would be lost; the workers run on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.Error(fault, faultMessage);
        }
    }

    private void OnFault(Task ended)
    {
        log.Faulted(ended.Exception!);
        Environment.ExitCode = ExitCode.Software;
        StopByItself();
    }
}
