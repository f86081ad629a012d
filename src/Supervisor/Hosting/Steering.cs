using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// Finds out how the kernel lets the daemon steer connections, and logs it once. This has a thread of its own: the kernel takes
/// 13 ms to check a program, and the daemon starts meanwhile.
/// </summary>
internal sealed class Steering(
    SteeringChoice choice, ShardingPrograms? programs, InheritedSteering inherited, IGroupStore? store, Mailbox mailbox,
    ILogger log) : IAsyncDisposable
{
    public Task<Steerer> Steerer { get; } = OnOwnThread(() => Start(choice, programs, inherited, store, mailbox, log));

    /// <summary>Returns every group to the kernel's hash.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(Steerer);
        if (Steerer.IsCompletedSuccessfully) await Steerer.Result.DisposeAsync();
    }

    /// <summary>Without a pid for a thread, the caller does the work.</summary>
    private static Task<Steerer> OnOwnThread(Func<Steerer> start)
    {
        try
        {
            return Task.Factory.StartNew(
                start, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (TaskSchedulerException)
        {
            return Task.FromResult(start());
        }
    }

    private static Steerer Start(
        SteeringChoice choice, ShardingPrograms? programs, InheritedSteering inherited, IGroupStore? store, Mailbox mailbox,
        ILogger log)
    {
        // Under systemd, sysctl.d has set tcp_migrate_req: if it is off, the administrator wants that.
        var migration = MigrationSetting.Provide(mayChange: !SystemdHelpers.IsSystemdService());
        log.Migrates(migration.IsOn, migration.Changed, migration.Errno);
        // Both tests use the same program, as its check takes long.
        var errno = Errno.None;
        using var program = choice is SteeringChoice.Auto or SteeringChoice.Program ? SteeringProgram.Load(1, out errno) : null;
        var mode = ModeOf(choice, program, errno);
        log.SteeredBy(Words(mode.Kind), mode.Reason);
        var effect = EffectOf(mode, program);
        if (effect != MigrationEffect.Wakes) log.MigratesWithout(isLost: effect != MigrationEffect.Silent);
        // While the setting is off, the test tells nothing of the time when an administrator turns it on.
        if (migration.IsOn && effect == MigrationEffect.Lost) mode = mode with { KeepsQueues = false };
        var steerer = new Steerer(
            mode, effect != MigrationEffect.Silent, mailbox, log, TimeProvider.System, programs, inherited, store);
        steerer.Start();
        return steerer;
    }

    /// <returns>Null if the test could not run.</returns>
    private static MigrationEffect? EffectOf(SteeringMode mode, SteeringProgram? program)
    {
        if (mode.Kind != SteeringKind.Program) return MigrationWake.Probe(program: null, out _);
        return program is null ? null : MigrationWake.Probe(program, out _);
    }

    private static SteeringMode ModeOf(SteeringChoice choice, SteeringProgram? program, Errno errno) => choice switch
    {
        SteeringChoice.Program => new SteeringMode(SteeringKind.Program, "as configured"),
        SteeringChoice.Classic => new SteeringMode(SteeringKind.Classic, "as configured"),
        SteeringChoice.None => new SteeringMode(SteeringKind.None, "as configured"),
        _ => SteeringMode.Probe(program, errno),
    };

    private static string Words(SteeringKind kind) => kind switch
    {
        SteeringKind.Program => "an eBPF program",
        SteeringKind.Classic => "a classic BPF program",
        _ => "the kernel's hash alone",
    };
}
