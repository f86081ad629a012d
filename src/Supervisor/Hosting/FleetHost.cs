using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Reuseportd.Api.Streams;
using Reuseportd.Linux.Processes;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Loop;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// The fleet as the host sees it: its start ends when every worker that is to run is ready or has failed at it, and so
/// does the "ready" that the service manager is told; its stop ends with the last worker.
/// </summary>
internal sealed class FleetHost(
    SupervisorLoop loop,
    OutputLoop output,
    Mailbox mailbox,
    FleetControl control,
    InitialFleet initial,
    ServiceManager manager,
    StreamEnd ending,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger log) : IHostedLifecycleService, IDisposable
{
    /// <summary>What a start leaves to be done uses code of it as well.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(1);

    private readonly List<PosixSignalRegistration> _signals = [];
    private bool _started;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _started = true;
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangup));
        // Before the loop tells of changes, of which there are none without services.
        manager.Tell(default);
        _ = loop.Ended.ContinueWith(OnFault, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        output.Start();
        loop.Start(manager.Tell);
        manager.StartWatchdog(mailbox);

        try
        {
            var done = await control.ConvergeAsync(initial.Fleet, timeout: null, cancellationToken);
            // The control socket starts beside this: what has started is there for those who talk to it as well.
            lifetime.ApplicationStarted.Register(() =>
            {
                log.Started(done.Counts.Ready, done.Counts.Workers, initial.Fleet.Services.Count, done.NotReady.Count == 0);
                manager.Started();
                _ = GiveBackCodeAsync();
            });
        }
        catch (OperationCanceledException)
        {
            // Told to stop while it starts: the host goes on to the stop.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before anything else stops, so that the control socket tells to the end who is waited for.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The host stops what it never got to start as well.
            if (_started) await StopWorkersAsync();
        }
        finally
        {
            ending.Begin();
        }
    }

    /// <summary>
    /// A start needs code that a fleet which has settled does not. The heap is left as it is: to compact it stops the loop for longer
    /// than anything else does, 16 ms with 2,000 workers.
    /// </summary>
    private async Task GiveBackCodeAsync()
    {
        try
        {
            await Task.Delay(Aftermath, time, lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        ProgramPages.GiveBack();
    }

    private async Task StopWorkersAsync()
    {
        log.Stopping("the daemon was told to");
        var since = time.GetTimestamp();
        manager.Stopping();
        mailbox.Post(new FleetMessage.StopAll());
        try
        {
            await loop.Ended;
            output.Stop();
            log.Stopped(time.GetElapsedTime(since));
        }
        catch (Exception) when (loop.Ended.IsFaulted)
        {
            // Logged where it happened.
        }
    }

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
    }

    private void OnHangup(PosixSignalContext context)
    {
        // Without this the default of the signal, the end of the process, would follow.
        context.Cancel = true;
        _ = ReloadAsync();
    }

    private async Task ReloadAsync()
    {
        try
        {
            await control.ApplySoonAsync(lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // Told to stop meanwhile.
        }
#pragma warning disable CA1031 // Nobody waits for this task, so what went wrong would be lost; what runs runs on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.Error(fault, "a fault ended the reload");
        }
    }

    private void OnFault(Task ended)
    {
        log.Faulted(ended.Exception!);
        Environment.ExitCode = ExitCode.Software;
        lifetime.StopApplication();
    }
}
