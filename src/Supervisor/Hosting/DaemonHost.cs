using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Hosting;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Streams;
using Reuseportd.Configuration.Loading;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Loop;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>The daemon: reads its arguments and configuration, assembles the parts, and runs until a signal stops it.</summary>
internal static class DaemonHost
{
    public static async Task<int> RunAsync(DaemonArguments arguments)
    {
        using var signals = new DaemonSignals();
        var pool = PoolThreads.MakeAllAsync();
        // The descriptors of an earlier daemon may be many.
        var raised = Descriptors.RaiseLimit(out var limit);
        // A client that reads the path has another working directory.
        var path = Path.GetFullPath(ConfigurationSource.PathOf(arguments, Environment.GetEnvironmentVariable));
        using var groups = WorkerGroups.Find();
        if (FleetOrigin.Find(path, groups.Offer, out var unusable) is not { } origin)
            return await FailAsync(unusable, ExitCode.Software);
        if (origin.Loaded.Fleet is not { } fleet) return await RefuseAsync(origin.Loaded);
        StartHeap.Begin();
        if (Inherited.ObstacleOf(fleet.Daemon, arguments) is { } changed && origin.UseSaved([changed]))
            fleet = origin.Loaded.Fleet!;
        var givenPreload = arguments.Preload ?? fleet.Daemon.Preload;
        var preload = PreloadLibrary.Find(givenPreload, AppContext.BaseDirectory, File.Exists, out var missing);
        if (preload is null) return await FailAsync(missing, ExitCode.Configuration);
        using var socket = OpenSocket(arguments, fleet.Daemon, origin, out var obstacle);
        if (socket is null) return await FailAsync(obstacle, ExitCode.Configuration);
        var rings = Rings.Take(origin.TakeRings());
        using var output = LogOutput.TryOpen(arguments, fleet.Daemon, rings.Events, TimeProvider.System, out var without);
        if (without is not null) await Console.Error.WriteLineAsync($"reuseportd: {without}");
        if (output is null) return ExitCode.Configuration;

        output.Logger.Starting(Version, path);
        origin.Report(output.Logger, rings.Lost);
        origin.CountOn(output.Lines.Lost);
        using var listeners = new OwnListeners(
            origin.Inheritance?.State.Resources.Listeners ?? [], socket.ReadAccess, TimeProvider.System);
        if (await OpenAsync(listeners, fleet.Daemon, isFirst: origin.Inheritance is null, output.Logger) is { } taken)
            return await FailAsync(taken, ExitCode.Configuration);
        var initial = origin.Begin(path, fleet, groups.Offer, FormerLimit(origin.Inheritance, raised, limit));
        return await RunAsync(signals, pool, socket, listeners, initial, groups, preload, output, rings);
    }

    private static ControlSocket? OpenSocket(
        DaemonArguments arguments, DaemonSpec daemon, FleetOrigin origin, out string? obstacle)
    {
        var path = ControlSocket.PathOf(arguments.Socket ?? daemon.Socket, Environment.GetEnvironmentVariable);
        return origin.Inheritance?.State.Resources is { } held
            ? ControlSocket.Resume(path, daemon, held.Listener, held.LockFile, out obstacle)
            : ControlSocket.TryOpen(path, daemon, out obstacle);
    }

    /// <returns>The reason why the daemon cannot start; null if it can.</returns>
    private static async Task<string?> OpenAsync(OwnListeners listeners, DaemonSpec daemon, bool isFirst, ILogger log)
    {
        var obstacle = (isFirst ? PublicPort.ObstacleOf(daemon.Listen) : null)
                       ?? await listeners.OpenAsync("agent_check", daemon.AgentCheck, isFirst, log)
                       ?? await listeners.OpenAsync("listen", daemon.Listen.Addresses, isFirst, log);
        listeners.CloseRest();
        return obstacle;
    }

    private static async Task<int> RefuseAsync(LoadResult loaded)
    {
        foreach (var problem in loaded.Errors) await Console.Error.WriteLineAsync(problem.ToString());
        return ExitCode.Configuration;
    }

    private static async Task<int> FailAsync(string? reason, int code)
    {
        await Console.Error.WriteLineAsync($"reuseportd: {reason}");
        return code;
    }

    /// <summary>More than one, as a start also waits for the disk.</summary>
    private const int StartsForEachCpu = 4;

    public static string Version => typeof(DaemonHost).Assembly.GetName().Version?.ToString(3) ?? "0";

    private static async Task<int> RunAsync(
        DaemonSignals signals, Task pool, ControlSocket socket, OwnListeners listeners, InitialFleet initial,
        WorkerGroups groups, string preload, LogOutput output, Rings rings)
    {
        var inherited = initial.Inheritance;
        // First of all: threads and children begin in the cgroup of the daemon.
        var subtree = Enter(groups, inherited, output.Logger);
        var environment = OwnEnvironment.Marked(inherited?.State.Mark);
        var guard = StartGuard(environment[Guard.Variable], subtree, initial, output.Logger);
        var noReplacement = WhyNotReplaced(guard, initial);
        using var mailbox = new Mailbox(TimeProvider.System);
        var methods = PortSharding.Load(subtree, inherited?.State.Resources.Sharding);
        using var sharding = methods.Programs;
        using var children = new ChildSignal();
        var resources = new DaemonResources(
            socket, listeners, rings, guard, sharding, initial.Limit, noReplacement, environment[Guard.Variable]);
        using var keeping = WorkerKeeping.Prepare(resources, initial, output.Logger);
        using var reader = Reader(mailbox, output, sharding, keeping.Lines, rings.Output);
        await using var steering = StartSteering(initial, sharding, keeping.Groups, mailbox, output.Logger);
        var failures = new FailureLog(output.Logger);
        var exits = new FailedServices([.. initial.Fleet.Daemon.ExitOnFailed]);
        var options = new SupervisorOptions(
            preload, environment, initial.Limit, Randomness.Roll, StartsOf(initial), socket.NotifyFolder, failures, guard,
            subtree, children, steering.Steerer)
        {
            Methods = methods, Inheritance = inherited, Clock = initial.Clock, CallRecords = resources.Calls,
            WorkersDieWithDaemon = noReplacement is not null, Failed = exits.Note,
            StateLog = keeping.Log, StateKept = keeping.Begin, StateLost = keeping.GiveUp,
        };
        using var loop = new SupervisorLoop(options, mailbox, reader, output.Logger, TimeProvider.System);
        resources = resources with { Keeping = keeping };
        using var start = await FleetStart.PrepareAsync(pool, loop, reader, mailbox, initial, signals);
        var builder = Builder(socket, output, signals, exits);
        builder.Services.AddSingleton(mailbox).AddSingleton(reader).AddSingleton(loop).AddSingleton(steering)
            .AddSingleton(start).AddSingleton(start.Manager).AddSingleton(Inherited.UsageOf(inherited, sharding))
            .AddSingleton(resources).AddSingleton(initial with { NoKernelMethod = methods.NoPrograms });
        await using var host = builder.Build();
        await HostRun.RunAsync(host, signals, output, failures);
        return await DaemonEnd.RunAsync(host.Services.GetRequiredService<Replacement>(), resources, loop, reader, output);
    }

    private static int StartsOf(InitialFleet initial) =>
        initial.Fleet.Daemon.StartParallelism ?? StartsForEachCpu * Environment.ProcessorCount;

    private static Guard? StartGuard(string id, CgroupSubtree? subtree, InitialFleet initial, ILogger log)
    {
        var guard = Guard.TryStart(id, subtree, isSecond: initial.FormerGuard is not null, out var errno);
        if (guard is null) log.GuardFailed(errno);
        Inherited.RememberIn(guard, initial.Inheritance);
        return guard;
    }

    /// <returns>The reason why workers end with this program; null if they can outlive it.</returns>
    private static string? WhyNotReplaced(Guard? guard, InitialFleet initial) =>
        guard is null ? "there is no guard" : initial.Fleet.Daemon.KeepWorkers == false ? "'keep_workers' is false" : null;

    private static Steering StartSteering(
        InitialFleet initial, ShardingPrograms? programs, IGroupStore? store, Mailbox mailbox, ILogger log) => new(
        initial.Fleet.Daemon.Steering ?? SteeringChoice.Auto, programs, Inherited.SteeringOf(initial.Inheritance), store, mailbox,
        log);

    private static LimitPair? FormerLimit(Inheritance? inherited, Errno raised, LimitPair limit)
    {
        if (inherited?.State.Resources is { SoftDescriptors: { } soft, HardDescriptors: { } hard })
            return new LimitPair(soft, hard);
        return raised == Errno.None ? limit : null;
    }

    private static OutputLoop Reader(
        Mailbox mailbox, LogOutput output, ShardingPrograms? programs, ILineStore? lines, OutputRetention retention)
    {
        var outcomes = new KernelOutcomes(programs, mailbox, output.Logger);
        return new(mailbox, output.Lines, output.Logger, TimeProvider.System, outcomes, lines) { Retention = retention };
    }

    private static CgroupSubtree? Enter(WorkerGroups groups, Inheritance? inherited, ILogger log)
    {
        var kept = inherited?.State.Processes.Select(process => process.Group).OfType<string>().ToHashSet() ?? [];
        var subtree = groups.Enter(kept, out var obstacle);
        if (subtree is null) log.TreesBySession(obstacle ?? "");
        else log.TreesByGroup(subtree.Path, subtree.HasKill);
        Subreaper.Become();
        return subtree;
    }

    private static WebApplicationBuilder Builder(
        ControlSocket socket, LogOutput output, DaemonSignals signals, FailedServices exits)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => ApiServer.Set(server, socket));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, DaemonLifetime>();
        builder.Services.AddSerilog(output.Logger);
        // The grace periods of the workers bound the stop, so the host needs no timeout.
        // The control socket answers while workers still start.
        builder.Services.Configure<HostOptions>(host =>
            (host.ShutdownTimeout, host.ServicesStartConcurrently) = (Timeout.InfiniteTimeSpan, true));
        builder.Services.AddSingleton<IConnectionListenerFactory, PendingConnectionsTransport>();
        builder.Services.AddSingleton<Replacement>();
        builder.Services.AddSingleton(output.Logger as ILogger).AddSingleton(output.Lines.Lost);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(signals).AddSingleton(exits);
        builder.Services.AddSingleton<ConfigurationState>();
        builder.Services.AddSingleton<StreamEnd>();
        builder.Services.AddSingleton<FleetControl>();
        builder.Services.AddSingleton<FleetHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<FleetHost>());
        return builder;
    }
}
