using Reuseportd.Control.Import;
using Reuseportd.Control.Import.Programs;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>
/// No key of a source is lost: with each value, the key changes the written service, or there is a remark with its place, or
/// the value is the default of its source and of the daemon.
/// </summary>
public sealed class KeyTests
{
    private static readonly string[] Broken = ["%(ENV_X)s", "%(none)s", "nonsense", "-", "12x", "\"open", "1e99", "5 %", "%q"];

    private static readonly string[] Supervisord =
    [
        "numprocs=3", "numprocs_start=4", "priority=1", "autostart=false", "startsecs=7", "startretries=9", "autorestart=true",
        "exitcodes=0,5", "stopsignal=INT", "stopwaitsecs=11", "stopasgroup=true", "killasgroup=true", "user=www",
        "redirect_stderr=true", "stdout_logfile=/o.log", "stdout_logfile_maxbytes=1MB", "stdout_logfile_backups=2",
        "stdout_capture_maxbytes=1MB", "stdout_events_enabled=true", "stdout_syslog=true", "stderr_logfile=/e.log",
        "stderr_logfile_maxbytes=1MB", "stderr_logfile_backups=2", "stderr_capture_maxbytes=1MB", "stderr_events_enabled=true",
        "stderr_syslog=true", "environment=A=1", "directory=/srv", "umask=077", "serverurl=http://a",
        "process_name=%(program_name)s", "socket=tcp://a:1", "new_key=1",
    ];

    private static readonly string[] Systemd =
    [
        "Type=notify", "ExecStartPre=/a", "ExecStartPost=/a", "ExecReload=/bin/kill -HUP $MAINPID", "ExecStop=/a",
        "ExecStopPost=/a", "RestartSec=3", "TimeoutStartSec=40", "TimeoutStopSec=41", "TimeoutSec=42", "RuntimeMaxSec=1h",
        "Restart=always", "SuccessExitStatus=3", "RestartPreventExitStatus=3", "RestartForceExitStatus=3", "StartLimitBurst=3",
        "User=www", "Group=www", "SupplementaryGroups=a", "WorkingDirectory=/srv", "Environment=A=1", "EnvironmentFile=/e",
        "UMask=077", "NoNewPrivileges=yes", "AmbientCapabilities=CAP_KILL", "StandardOutput=null", "StandardError=null",
        "KillMode=process", "KillSignal=INT", "LimitNOFILE=5", "LimitCORE=1G", "LimitCPU=5", "LimitNICE=5", "LimitRTTIME=5",
        "Nice=5", "OOMScoreAdjust=5", "CPUAffinity=0", "CPUSchedulingPolicy=rr", "IOSchedulingClass=idle", "MemoryMax=1G",
        "CPUQuota=20%", "TasksMax=5", "LogRateLimitIntervalSec=5", "LogRateLimitBurst=5", "WatchdogSec=5", "PrivateTmp=yes",
        "ProtectHome=yes", "DynamicUser=yes", "Sockets=a.socket", "PIDFile=/p", "Slice=a.slice", "SendSIGKILL=no",
        "RootDirectory=/r", "NewKey=1", "RestartMaxDelaySec=9", "RestartSteps=3", "MemoryLimit=1G",
    ];

    public static TheoryData<string, string> Keys
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var key in Supervisord) data.Add(Kinds.Supervisord, key);
            foreach (var key in Systemd) data.Add(Kinds.Systemd, key);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Read_Key_LeavesATrace(string kind, string key)
    {
        var without = Read(kind, "");
        AssertTrace(without, Read(kind, key), key);
        var name = key[..key.IndexOf('=', StringComparison.Ordinal)];
        foreach (var value in Broken)
        {
            var broken = Read(kind, $"{name}={value}");
            AssertTrace(without, broken, $"{name}={value}");
        }
    }

    /// <summary>These values have no meaning without others, or the daemon does the same.</summary>
    private static readonly string[] Same =
    [
        "numprocs_start=4", "exitcodes=0,5", "killasgroup=true", "redirect_stderr=true", "stdout_logfile_maxbytes=1MB",
        "stdout_logfile_backups=2", "stderr_logfile_maxbytes=1MB", "stderr_logfile_backups=2", "TimeoutStartSec=40",
        "SuccessExitStatus=3", "RestartPreventExitStatus=3", "SuccessExitStatus=*", "RestartPreventExitStatus=*",
    ];

    private static void AssertTrace(Sample without, Sample with, string key)
    {
        var isRemark = with.Remarks.Any(remark => remark.Place.Line == 3
            && (remark.Weight == Weight.Missing || without.Remarks.All(other => other.Text != remark.Text)));
        var isSame = Same.Contains(key) || Same.Contains(key[..key.IndexOf('=', StringComparison.Ordinal)] + "=*");
        Assert.True(isRemark || Settings(without) != Settings(with) || isSame, $"{key} is lost:\n{with.Yaml}");
    }

    private static string Settings(Sample sample) =>
        string.Join('\n', sample.Yaml.Split('\n').Where(line => !line.TrimStart().StartsWith('#')));

    private static Sample Read(string kind, string key)
    {
        var sample = kind == Kinds.Supervisord
            ? Sample.Read(kind, "s.conf", $"[program:web]\ncommand=web\n{key}\n")
            : Sample.Read(kind, "web.service", $"[Service]\nExecStart=/usr/bin/web\n{key}\n");
        Assert.Empty(sample.Errors);
        return sample;
    }
}
