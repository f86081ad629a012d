using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Loading;

/// <summary>Warns of changed daemon settings that a running daemon cannot apply; pure.</summary>
internal static class NextStart
{
    private const string Message = "takes effect at the next start of reuseportd";

    /// <param name="path">Path of the configuration.</param>
    /// <param name="started">Settings that the daemon was started with.</param>
    /// <param name="now">Settings in the file now; null if the file has errors.</param>
    public static IEnumerable<ConfigurationError> Warnings(string path, DaemonSpec started, DaemonSpec? now) => now is null
        ? []
        : Changed(started, now).Select(key => new ConfigurationError(path, 0, 0, key, Message, Severity.Warning));

    private static IEnumerable<string> Changed(DaemonSpec one, DaemonSpec other)
    {
        if (one.Log != other.Log) yield return "log";
        if (one.LogLevel != other.LogLevel) yield return "log_level";
        if (one.Socket != other.Socket) yield return "socket";
        if (one.SocketGroup != other.SocketGroup) yield return "socket_group";
        if (one.SocketReadOnlyGroup != other.SocketReadOnlyGroup) yield return "socket_read_only_group";
        if (one.Preload != other.Preload) yield return "preload";
        if (one.Steering != other.Steering) yield return "steering";
        if ((one.KeepWorkers == false) != (other.KeepWorkers == false)) yield return "keep_workers";
        if (one.AgentCheck != other.AgentCheck) yield return "agent_check";
        if ((one.StopGrace ?? TimeSpan.Zero) != (other.StopGrace ?? TimeSpan.Zero)) yield return "shutdown";
        if (one.ExitOnFailed != other.ExitOnFailed) yield return "exit_on_failed";
        if (one.Listen.Addresses != other.Listen.Addresses) yield return "listen";
        if (one.Listen.HasDetails != other.Listen.HasDetails) yield return "listen_details";
        if (one.Listen.Hosts != other.Listen.Hosts) yield return "listen_hosts";
        if (one.Listen.TokenFile != other.Listen.TokenFile) yield return "listen_token_file";
        if (one.Listen.Certificate != other.Listen.Certificate) yield return "listen_tls";
        if (one.Listen.OtlpEndpoint != other.Listen.OtlpEndpoint) yield return "otlp_endpoint";
        if (one.Listen.LabelsWorkers != other.Listen.LabelsWorkers) yield return "metrics_per_worker";
        if (one.StartParallelism != other.StartParallelism) yield return "start_parallelism";
    }
}
