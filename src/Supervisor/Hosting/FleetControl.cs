using Reuseportd.Api;
using Reuseportd.Model;
using Reuseportd.Observability;
using Reuseportd.Runtime;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>The one way to make the fleet be what the configuration says, whoever asks: SIGHUP or the control socket.</summary>
internal sealed class FleetControl(Mailbox mailbox, InitialFleet initial, ServiceManager manager, ILogger log) : IFleetControl, IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>Reads the configuration again and converges. Where it has errors, nothing changes.</summary>
    /// <returns>The errors; or none, and what was done, once all that was touched has settled.</returns>
    public async Task<ApplyResult> ApplyAsync(CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            manager.Reloading();
            var loaded = ConfigurationSource.Load(initial.Path);
            foreach (var warning in loaded.Warnings) log.ConfigurationWarning(warning.ToString());
            if (loaded.Fleet is not { } fleet)
            {
                string[] errors = [.. loaded.Errors.Select(error => error.ToString())];
                log.ReloadFailed(errors);
                return new ApplyResult(errors, null);
            }

            var done = await ConvergeAsync(fleet, cancellation);
            log.Reloaded(done.Changed, done.Added, done.Removed, done.Unchanged);
            return new ApplyResult([], done);
        }
        finally
        {
            manager.Reloaded();
            _oneAtATime.Release();
        }
    }

    public Task<ConvergeResult> ConvergeAsync(FleetSpec fleet, CancellationToken cancellation)
    {
        manager.ExtendStopBy(fleet.Services.Select(service => service.Stop.GracePeriod).DefaultIfEmpty().Max());
        var done = new TaskCompletionSource<ConvergeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new Message.Converge(fleet, done));
        return done.Task.WaitAsync(cancellation);
    }

    public Task<FleetSnapshot> SnapshotAsync(CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<FleetSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new Message.TakeSnapshot(done));
        return done.Task.WaitAsync(cancellation);
    }

    public void Dispose() => _oneAtATime.Dispose();
}
