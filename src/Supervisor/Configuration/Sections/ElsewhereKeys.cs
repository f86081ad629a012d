namespace Reuseportd.Configuration;

/// <summary>Keys that people look for in a service: those of its sections, and what other supervisors call ours.</summary>
internal static class ElsewhereKeys
{
    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["port"] = "reuseport.ports",
        ["ports"] = "reuseport.ports",
        ["address"] = "reuseport.address",
        ["interface"] = "reuseport.interface",
        ["reuse_port"] = "reuseport.reuse_port",
        ["reuse_address"] = "reuseport.reuse_address",
        ["backlog"] = "reuseport.backlog",
        ["debug"] = "reuseport.debug",
        ["balance"] = "reuseport.balance",
        ["nofile"] = "limits.nofile",
        ["core"] = "limits.core",
        ["nice"] = "limits.nice",
        ["ulimits"] = "limits",
        ["rlimits"] = "limits",
        ["oom_score_adj"] = "limits.oom_score_adj",
        ["cpu_affinity"] = "limits.cpu_affinity",
        ["cpuset"] = "limits.cpu_affinity",
        ["max_attempts"] = "restart.max_attempts",
        ["max_delay"] = "restart.max_delay",
        ["restart_delay"] = "restart.delay",
        ["restart_policy"] = "restart.policy",
        ["drain_timeout"] = "update.drain_timeout",
        ["update_config"] = "update",
        ["healthcheck"] = "readiness",
        ["health_check"] = "readiness",
        ["rate_limit_burst"] = "logging.rate_limit_burst",
        ["rate_limit_interval"] = "logging.rate_limit_interval",
        ["line_max"] = "logging.line_max",
        ["replicas"] = "workers",
        ["instances"] = "workers",
        ["copies"] = "workers",
        ["processes"] = "workers",
        ["numprocs"] = "workers",
        ["scale"] = "workers",
        ["cmd"] = "command",
        ["exec"] = "command",
        ["exec_start"] = "command",
        ["program"] = "command",
        ["entrypoint"] = "command",
        ["args"] = "command",
        ["env"] = "environment",
        ["environment_file"] = "env_file",
        ["cwd"] = "working_dir",
        ["directory"] = "working_dir",
        ["working_directory"] = "working_dir",
        ["stop_timeout"] = "stop_grace_period",
        ["enabled"] = "autostart",
    };

    public static string? Find(string key) => Keys.GetValueOrDefault(Spelling.Plain(key));
}
