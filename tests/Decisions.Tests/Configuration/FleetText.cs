using System.Globalization;
using System.Text;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

/// <summary>A fleet as text for golden files, one fact a line, without default values.</summary>
internal static class FleetText
{
    private static readonly ServiceSpec Usual = Given.Service("");

    public static string Of(FleetSpec fleet)
    {
        var text = new StringBuilder();
        var daemon = fleet.Daemon;
        Line("log", daemon.Log, null);
        Line("log_level", daemon.LogLevel, null);
        Line("socket", daemon.Socket, null);
        Line("socket_group", daemon.SocketGroup, null);
        Line("socket_read_only_group", daemon.SocketReadOnlyGroup, null);
        Line("preload", daemon.Preload, null);
        Line("start_parallelism", daemon.StartParallelism, null);
        Line("agent_check", List(daemon.AgentCheck), "");
        Line("shutdown.lb_grace", daemon.StopGrace, null);
        Line("exit_on_failed", List(daemon.ExitOnFailed), "");
        foreach (var service in fleet.Services) Service(service);
        return text.ToString();

        void Line(string name, object? value, object? usual)
        {
            if (!Equals(value, usual)) text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        }

        void Service(ServiceSpec service)
        {
            var (process, usual, name) = (service.Process, Usual.Process, service.Name);
            Line($"{name}.workers", service.Workers, null);
            Line($"{name}.command", List(process.Command), "");
            Line($"{name}.reuseport.ports", process.Reuseport.Ports.IsAny ? "any" : process.Reuseport.Ports, null);
            Line($"{name}.reuseport", WithoutLists(process.Reuseport), WithoutLists(usual.Reuseport));
            Line($"{name}.reuseport.address", List(process.Reuseport.Addresses), "");
            Line($"{name}.environment", List(process.Environment.Select(variable => $"{variable.Name}={variable.Value}")), "");
            Line($"{name}.env_file", List(process.EnvironmentFiles), "");
            Line($"{name}.working_dir", process.WorkingDirectory, null);
            Line($"{name}.user", process.User, null);
            Line($"{name}.group", process.Group, null);
            Line($"{name}.umask", process.Umask is { } umask ? Convert.ToString(umask, 8) : null, null);
            Line($"{name}.limits", List(process.Limits.Resources.Select(limit => $"{limit.Name}={limit.Value}")), "");
            Line($"{name}.limits.nice", process.Limits.Nice, null);
            Line($"{name}.limits.oom_score_adj", process.Limits.OomScoreAdjust, null);
            Line($"{name}.limits.cpu_affinity", Affinity(process.Limits.CpuAffinity), null);
            Line($"{name}.limits.scheduling", process.Limits.Scheduling, null);
            Line($"{name}.limits.io_priority", process.Limits.IoPriority, null);
            var (groups, noNewPrivileges, capabilities) = process.Privileges;
            Line($"{name}.supplementary_groups", groups is { } given ? List(given) : null, null);
            Line($"{name}.no_new_privileges", noNewPrivileges, null);
            Line($"{name}.ambient_capabilities", capabilities is { } kept ? List(kept) : null, null);
            Line($"{name}.limits.group", process.Limits.Group, usual.Limits.Group);
            Line($"{name}.stdout", process.Stdout, usual.Stdout);
            Line($"{name}.stderr", process.Stderr, usual.Stderr);
            Line($"{name}.autostart", service.Autostart, true);
            Line($"{name}.depends_on", List(service.DependsOn), "");
            Line($"{name}.readiness", Readiness(service.Readiness), Usual.Readiness);
            Line($"{name}.liveness", Liveness(service.Liveness), null);
            Line($"{name}.recycle", service.Recycle, Usual.Recycle);
            Line($"{name}.restart", service.Restart, Usual.Restart);
            Line($"{name}.stop", service.Stop, Usual.Stop);
            Line($"{name}.reload_signal", service.ReloadSignal, Usual.ReloadSignal);
            Line($"{name}.update", service.Update, Usual.Update);
            Line($"{name}.stall", service.Stall, Usual.Stall);
            Line($"{name}.logging", service.Logging, Usual.Logging);
        }
    }

    private static ReuseportSpec WithoutLists(ReuseportSpec spec) => spec with { Ports = PortFilter.Any, Addresses = [] };

    private static object? Affinity(CpuAffinity? affinity) => affinity is CpuAffinity.List cpus ? List(cpus.Cpus) : affinity;

    private static object Readiness(ReadinessSpec spec) =>
        spec is ReadinessSpec.Probed probed
            ? $"{Probe(probed.Probe)} every {probed.Period}, {probed.Timeout}{Settle(probed.Settle)}"
            : spec;

    private static string Settle(TimeSpan settle) => settle > TimeSpan.Zero ? $", for {settle}" : "";

    private static string? Liveness(LivenessSpec? spec) => spec is null
        ? null
        : $"{Probe(spec.Probe)} after {spec.InitialDelay} every {spec.Period}, {spec.Timeout}, {spec.FailureThreshold} times";

    private static object Probe(ProbeSpec spec) => spec is ProbeSpec.Exec exec ? $"Exec {List(exec.Command)}" : spec;

    private static string List<T>(IEnumerable<T> items) => string.Join(' ', items.Select(item => $"<{item}>"));
}
