using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>Finds out how the kernel lets the daemon steer connections, and logs it once.</summary>
internal static class Steering
{
    public static Steerer Start(
        SteeringChoice choice, ShardingPrograms? programs, InheritedSteering inherited, IGroupStore? store, Mailbox mailbox,
        ILogger log)
    {
        // Under systemd, sysctl.d has set tcp_migrate_req: if it is off, the administrator wants that.
        var migration = MigrationSetting.Provide(mayChange: !SystemdHelpers.IsSystemdService());
        log.Migrates(migration.IsOn, migration.Changed, migration.Errno);
        var mode = ModeOf(choice);
        log.SteeredBy(Words(mode.Kind), mode.Reason);
        var effect = MigrationWake.Probe(withProgram: mode.Kind == SteeringKind.Program, out _);
        if (effect != MigrationEffect.Wakes) log.MigratesWithout(isLost: effect != MigrationEffect.Silent);
        // While the setting is off, the test tells nothing of the time when an administrator turns it on.
        if (migration.IsOn && effect == MigrationEffect.Lost) mode = mode with { KeepsQueues = false };
        var steerer = new Steerer(
            mode, effect != MigrationEffect.Silent, mailbox, log, TimeProvider.System, programs, inherited, store);
        steerer.Start();
        return steerer;
    }

    private static SteeringMode ModeOf(SteeringChoice choice) => choice switch
    {
        SteeringChoice.Program => new SteeringMode(SteeringKind.Program, "as configured"),
        SteeringChoice.Classic => new SteeringMode(SteeringKind.Classic, "as configured"),
        SteeringChoice.None => new SteeringMode(SteeringKind.None, "as configured"),
        _ => SteeringMode.Probe(),
    };

    private static string Words(SteeringKind kind) => kind switch
    {
        SteeringKind.Program => "an eBPF program",
        SteeringKind.Classic => "a classic BPF program",
        _ => "the kernel's hash alone",
    };
}
