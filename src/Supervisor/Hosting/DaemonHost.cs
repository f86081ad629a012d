using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Hosting;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Streams;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Loop;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>The daemon: reads its arguments and configuration, assembles the parts, and runs until a signal stops it.</summary>
internal static class DaemonHost
{
    public static async Task<int> RunAsync(DaemonArguments arguments)
    {
        using var signals = new EarlySignals();
        // A client that reads the path has another working directory.
        var path = Path.GetFullPath(ConfigurationSource.PathOf(arguments, Environment.GetEnvironmentVariable));
        using var groups = WorkerGroups.Find();
        var loaded = ConfigurationSource.Load(path, groups.Offer);
        if (loaded.Fleet is not { } fleet)
        {
            foreach (var problem in loaded.Errors) await Console.Error.WriteLineAsync(problem.ToString());
            return ExitCode.Configuration;
        }

        var givenPreload = arguments.Preload ?? fleet.Daemon.Preload;
        var preload = PreloadLibrary.Find(givenPreload, AppContext.BaseDirectory, File.Exists, out var missing);
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

    /// <summary>More than one, as a start also waits for the disk.</summary>
    private const int StartsForEachCpu = 4;

    private static string Version => typeof(DaemonHost).Assembly.GetName().Version?.ToString(3) ?? "0";

    private static async Task<int> RunAsync(
        EarlySignals signals, ControlSocket socket, InitialFleet initial, WorkerGroups groups, string preload, LogOutput output)
    {
        // First of all: threads and children begin in the cgroup of the daemon.
        var subtree = Enter(groups, output.Logger);
        var former = Descriptors.RaiseLimit(out var limit) == Errno.None ? limit : (LimitPair?)null;
        Subreaper.Become();
        var environment = OwnEnvironment();
        using var guard = Guard.TryStart(environment[Guard.Variable], subtree, out var unguarded);
        if (guard is null) output.Logger.GuardFailed(unguarded);

        using var mailbox = new Mailbox(TimeProvider.System);
        var retention = new OutputRetention(TimeProvider.System);
        var methods = PortSharding.Load(subtree);
        using var sharding = methods.Programs;
        var outcomes = new KernelOutcomes(sharding, mailbox, output.Logger);
        using var reader = Reader(mailbox, output, outcomes, retention);
        using var children = new ChildSignal();
        await using var steerer = Steering.Start(
            initial.Fleet.Daemon.Steering ?? SteeringChoice.Auto, sharding, mailbox, output.Logger);
        var failures = new FailureLog(output.Logger);
        var starts = initial.Fleet.Daemon.StartParallelism ?? StartsForEachCpu * Environment.ProcessorCount;
        var options = new SupervisorOptions(
            preload, environment, former, Randomness.Roll, starts, socket.NotifyFolder, failures, guard, subtree, children,
            steerer)
        {
            Methods = methods,
        };
        using var loop = new SupervisorLoop(options, mailbox, reader, output.Logger, TimeProvider.System);

        var builder = Builder(socket, output);
        builder.Services.AddSingleton(mailbox).AddSingleton(reader).AddSingleton(loop);
        builder.Services.AddSingleton(steerer).AddSingleton(initial with { NoKernelMethod = methods.NoPrograms });
        await using var host = builder.Build();
        await RunAsync(host, signals, socket, output, retention, failures, id => sharding?.ConnectionsOf(id));
        return Environment.ExitCode;
    }

    private static OutputLoop Reader(
        Mailbox mailbox, LogOutput output, KernelOutcomes outcomes, OutputRetention retention) =>
        new(mailbox, output.Lines, output.Logger, TimeProvider.System, outcomes) { Retention = retention };

    private static CgroupSubtree? Enter(WorkerGroups groups, ILogger log)
    {
        var subtree = groups.Enter(out var obstacle);
        if (subtree is null) log.TreesBySession(obstacle ?? "");
        else log.TreesByGroup(subtree.Path, subtree.HasKill);
        return subtree;
    }

    private static WebApplicationBuilder Builder(ControlSocket socket, LogOutput output)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => ApiServer.Set(server, socket));
        builder.Services.AddRoutingCore();
        builder.Services.AddSystemd();
        builder.Services.AddSerilog(output.Logger);
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        // The grace periods of the workers bound the stop, so the host needs no timeout.
        // The control socket answers while workers still start.
        builder.Services.Configure<HostOptions>(host =>
            (host.ShutdownTimeout, host.ServicesStartConcurrently) = (Timeout.InfiniteTimeSpan, true));
        builder.Services.AddSingleton<IConnectionListenerFactory, PendingConnectionsTransport>();
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.Services.AddSingleton(output.Logger as ILogger);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ServiceManager>();
        builder.Services.AddSingleton<ConfigurationState>();
        builder.Services.AddSingleton<StreamEnd>();
        builder.Services.AddSingleton<FleetControl>();
        builder.Services.AddHostedService<FleetHost>();
        return builder;
    }

    private static async Task RunAsync(
        WebApplication host,
        EarlySignals signals,
        ControlSocket socket,
        LogOutput output,
        OutputRetention retention,
        FailureLog failures,
        Func<ulong, ulong?> connections)
    {
        var control = host.Services.GetRequiredService<FleetControl>();
        var diagnosis = new FleetDiagnosis(new PortSurvey(TimeProvider.System));
        var details = new WorkerDetails(diagnosis, TimeProvider.System, connections);
        var ending = host.Services.GetRequiredService<StreamEnd>();
        ApiServer.Map(host, control, details, socket, output, retention, ending, Version);
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
            // A signal stopped the daemon during its start. The host reports that as a failure, and the stop goes on below.
        }

        await host.WaitForShutdownAsync();
        await causes;
    }

    /// <summary>The environment of the daemon, with the mark that the guard knows its processes by.</summary>
    private static Dictionary<string, string> OwnEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        variables[Guard.Variable] = Guard.OwnId();
        return variables;
    }
}
