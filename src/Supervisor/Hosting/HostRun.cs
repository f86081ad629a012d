using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Hosting;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Metrics;
using Reuseportd.Api.Streams;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Linux.Sharding;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>Serves the clients of an assembled daemon, and runs it until it has stopped.</summary>
internal static class HostRun
{
    public static async Task RunAsync(WebApplication host, DaemonSignals signals, LogOutput output, FailureLog failures)
    {
        var (resources, version) = (host.Services.GetRequiredService<DaemonResources>(), DaemonHost.Version);
        var control = host.Services.GetRequiredService<FleetControl>();
        using var agent = AgentCheck.Start(
            resources.Listeners,
            host.Services.GetRequiredService<InitialFleet>().Fleet.Daemon, control.SnapshotAsync);
        var diagnosis = new FleetDiagnosis(new PortSurvey(TimeProvider.System));
        var details = new WorkerDetails(
            diagnosis, TimeProvider.System, host.Services.GetRequiredService<UsageReader>().Connections);
        var ending = host.Services.GetRequiredService<StreamEnd>();
        ApiServer.Map(host, control, details, resources.Socket, resources.Rings, ending, version);
        var causes = new CauseLog(control.SnapshotAsync, diagnosis, failures, TimeProvider.System, output.Logger)
            .RunAsync(host.Lifetime.ApplicationStopping);
        var metrics = PublicPort.CollectorOf(host.Services, version);
        await using var machines = PublicPort.TryBuild(host, metrics, resources.Rings.Events, details, version, output.Logger);
        var export = PublicPort.ExportAsync(host, metrics, output.Logger);
        if (machines is not null) await machines.StartAsync();
        await RunAsync(host, signals);
        if (machines is not null) await machines.StopAsync();
        await Task.WhenAll(causes, export);
    }

    /// <summary>Runs the host until it has stopped.</summary>
    private static async Task RunAsync(WebApplication host, DaemonSignals signals)
    {
        // Running workers are taken over before a stop: it then ends them in order, or leaves them to the next daemon.
        var isFirst = host.Services.GetRequiredService<InitialFleet>().Inheritance is null;
        if (isFirst) signals.Tell(host.Lifetime);
        try
        {
            await host.StartAsync();
        }
        catch (Exception) when (host.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A signal stopped the daemon during its start. The host reports that as a failure, and the stop goes on below.
        }

        if (!isFirst) signals.Tell(host.Lifetime);
        await host.WaitForShutdownAsync();
        await host.Services.GetRequiredService<FleetHost>().EndAsync();
    }
}
