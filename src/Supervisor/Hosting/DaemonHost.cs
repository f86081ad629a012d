using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Streams;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Loop;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>The daemon: checks what it was given, puts the parts together and runs until it is told to stop.</summary>
internal static class DaemonHost
{
    public static async Task<int> RunAsync(DaemonArguments arguments)
    {
        using var signals = new EarlySignals();
        // Clients that are told of files are somewhere else.
        var path = Path.GetFullPath(ConfigurationSource.PathOf(arguments, Environment.GetEnvironmentVariable));
        using var groups = WorkerGroups.Find();
        var loaded = ConfigurationSource.Load(path, groups.Offer);
        if (loaded.Fleet is not { } fleet)
        {
            foreach (var problem in loaded.Errors) await Console.Error.WriteLineAsync(problem.ToString());
            return ExitCode.Configuration;
        }

        var preload = PreloadLibrary.Find(arguments.Preload ?? fleet.Daemon.Preload, AppContext.BaseDirectory, File.Exists, out var missing);
        if (preload is null)
        {
            await Console.Error.WriteLineAsync($"reuseportd: {missing}");
            return ExitCode.Configuration;
        }

        var socketPath = ControlSocket.PathOf(arguments.Socket ?? fleet.Daemon.Socket, Environment.GetEnvironmentVariable);
        using var socket = ControlSocket.TryOpen(socketPath, fleet.Daemon, out var obstacle);
        if (socket is null)
        {
            await Console.Error.WriteLineAsync($"reuseportd: {obstacle}");
            return ExitCode.Configuration;
        }

        using var output = LogOutput.TryOpen(arguments, fleet.Daemon, TimeProvider.System, out var without);
        if (without is not null) await Console.Error.WriteLineAsync($"reuseportd: {without}");
        if (output is null) return ExitCode.Configuration;

        output.Logger.Starting(Version, path);
        foreach (var warning in loaded.Warnings) output.Logger.ConfigurationWarning(warning.ToString());
        return await RunAsync(signals, socket, new InitialFleet(path, fleet, groups.Offer), groups, preload, output);
    }

    /// <summary>A start waits for the disk for some of its time.</summary>
    private const int StartsForEachCpu = 4;

    private static string Version => typeof(DaemonHost).Assembly.GetName().Version?.ToString(3) ?? "0";

    private static async Task<int> RunAsync(
        EarlySignals signals, ControlSocket socket, InitialFleet initial, WorkerGroups groups, string preload, LogOutput output)
    {
        // Ahead of all that is started, which is born where the daemon is.
        var subtree = groups.Enter(out var obstacle);
        if (subtree is null) output.Logger.TreesBySession(obstacle ?? "");
        else output.Logger.TreesByGroup(subtree.Path, subtree.HasKill);

        var former = Descriptors.RaiseLimit(out var limit) == Errno.None ? limit : (LimitPair?)null;
        Subreaper.Become();
        var environment = OwnEnvironment();
        environment[Guard.Variable] = Guard.OwnId();
        using var guard = Guard.TryStart(environment[Guard.Variable], subtree, out var unguarded);
        if (guard is null) output.Logger.GuardFailed(unguarded);

        using var mailbox = new Mailbox(TimeProvider.System);
        var retention = new OutputRetention(TimeProvider.System);
        using var reader = new OutputLoop(mailbox, output.Lines, output.Logger, TimeProvider.System) { Retention = retention };
        using var children = new ChildSignal();
        await using var steerer = Steering.Start(initial.Fleet.Daemon.Steering ?? SteeringChoice.Auto, mailbox, output.Logger);
        var failures = new FailureLog(output.Logger);
        var options = new SupervisorOptions(
            preload,
            environment,
            former,
            Randomness.Roll,
            initial.Fleet.Daemon.StartParallelism ?? StartsForEachCpu * Environment.ProcessorCount,
            socket.NotifyFolder,
            failures,
            guard,
            subtree,
            children,
            steerer);
        using var loop = new SupervisorLoop(options, mailbox, reader, output.Logger, TimeProvider.System);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => ApiServer.Set(server, socket));
        builder.Services.AddRoutingCore();
        builder.Services.AddSystemd();
        builder.Services.AddSerilog(output.Logger);
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        // The fleet's grace periods bound the stop; nothing else may cut it short.
        // The control socket answers while the fleet is still starting.
        builder.Services.Configure<HostOptions>(host =>
            (host.ShutdownTimeout, host.ServicesStartConcurrently) = (Timeout.InfiniteTimeSpan, true));
        builder.Services.AddSingleton<IConnectionListenerFactory, PendingConnectionsTransport>();
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.Services.AddSingleton(output.Logger as ILogger);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(mailbox);
        builder.Services.AddSingleton(reader);
        builder.Services.AddSingleton(loop);
        builder.Services.AddSingleton(steerer);
        builder.Services.AddSingleton(initial);
        builder.Services.AddSingleton<ServiceManager>();
        builder.Services.AddSingleton<ConfigurationState>();
        builder.Services.AddSingleton<StreamEnd>();
        builder.Services.AddSingleton<FleetControl>();
        builder.Services.AddHostedService<FleetHost>();

        await using var host = builder.Build();
        var control = host.Services.GetRequiredService<FleetControl>();
        var diagnosis = new FleetDiagnosis(new PortSurvey(TimeProvider.System));
        ApiServer.Map(host, control, new WorkerDetails(diagnosis, TimeProvider.System), socket, output, retention, host.Services.GetRequiredService<StreamEnd>(), Version);
        var causes = new CauseLog(control.SnapshotAsync, diagnosis, failures, TimeProvider.System, output.Logger)
            .RunAsync(host.Lifetime.ApplicationStopping);
        signals.Tell(host.Lifetime);
        await SocketEngine.PrepareAsync();
        try
        {
            await host.StartAsync();
        }
        catch (Exception) when (host.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Told to stop while it started, which the host takes for a failure. What has started is stopped as ever.
        }

        await host.WaitForShutdownAsync();
        await causes;
        return Environment.ExitCode;
    }

    private static Dictionary<string, string> OwnEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }
}
