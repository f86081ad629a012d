using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>Each key of a source that has a counterpart, and each error with its place.</summary>
public sealed class ReaderTests
{
    [Theory]
    [InlineData("autorestart=true", "restart: always")]
    [InlineData("autorestart=false", "restart: \"no\"")]
    [InlineData("autorestart=unexpected", "restart: on-failure")]
    [InlineData("", "restart: on-failure")]
    [InlineData("numprocs=3", "workers: 3")]
    [InlineData("numprocs=20000", "workers: 10000")]
    [InlineData("user=www", "user: www")]
    [InlineData("directory=%(here)s/x", "working_dir: /srv/source/x")]
    [InlineData("umask=27", "umask: \"0027\"")]
    [InlineData("stopsignal=SIGUSR1", "stop_signal: USR1")]
    [InlineData("stopwaitsecs=90", "stop_grace_period: 90s")]
    [InlineData("stopwaitsecs=99999999", "stop_grace_period: 7d")]
    [InlineData("startretries=7", "max_attempts: 7")]
    [InlineData("startretries=0", "max_attempts: 1")]
    [InlineData("startsecs=25", "delay: 25s")]
    [InlineData("numprocs=0", "autostart: false")]
    [InlineData("stdout_logfile=/proc/1/fd/1\nautostart=false", "autostart: false")]
    [InlineData("directory=/%(ENV_D)s\nenvironment=D=\"d\"", "working_dir: /d")]
    [InlineData("autostart=no", "autostart: false")]
    [InlineData("stdout_logfile=/var/log/%(program_name)s.log", "stdout: \"file:/var/log/web.log\"")]
    [InlineData("stdout_logfile=/l.log\nredirect_stderr=true", "stderr: \"file:/l.log\"")]
    [InlineData("stderr_logfile=NONE", "stderr: \"null\"")]
    [InlineData("environment=A=1,B=\"x,y\",C='%%'", "B: \"x,y\"")]
    [InlineData("environment=A=1,C='5%%'", "C: \"5%\"")]
    [InlineData("environment=M=\"%(process_num)d\"", "M: \"{worker}\"")]
    [InlineData("environment=P=\"90%(process_num)02d\"\nnumprocs=4", "P: \"{9000+worker}\"")]
    [InlineData("environment=P=\"900%(process_num)s\"\nnumprocs=4", "P: \"{9000+worker}\"")]
    [InlineData("environment=P=\"w%(process_num)02d\"\nnumprocs=4\nnumprocs_start=1", "P: \"w0{1+worker}\"")]
    public void Supervisord_Key_HasItsCounterpart(string keys, string line) =>
        AssertLine(line, Kinds.Supervisord, "s.conf", $"[program:web]\ncommand=web {{x}}\n{keys}\n");

    [Theory]
    [InlineData("Restart=always\nRestartSec=2", "multiplier: 1")]
    [InlineData("Restart=on-abort", "restart: on-failure")]
    [InlineData("", "restart: \"no\"")]
    [InlineData("Type=notify", "type: notify")]
    [InlineData("Type=notify\nTimeoutStartSec=5min", "timeout: 5m")]
    [InlineData("KillSignal=SIGRTMIN+3", "stop_signal: RTMIN+3")]
    [InlineData("TimeoutStopSec=1min 30s", "stop_grace_period: 90s")]
    [InlineData("TimeoutStopSec=infinity", "stop_grace_period: 7d")]
    [InlineData("TimeoutStopSec=0", "stop_grace_period: 7d")]
    [InlineData("TimeoutSec=0", "stop_grace_period: 7d")]
    [InlineData("", "stop_grace_period: 90s")]
    [InlineData("Type=notify", "timeout: 90s")]
    [InlineData("Type=notify\nTimeoutStartSec=0", "timeout: 7d")]
    [InlineData("StartLimitBurst=3", "window: 10s")]
    [InlineData("StartLimitIntervalSec=60", "max_attempts: 5")]
    [InlineData("StartLimitIntervalSec=0", "max_attempts: 0")]
    [InlineData("StandardOutput=append:/l.log", "stderr: \"file:/l.log\"")]
    [InlineData("StandardError=inherit\nStandardOutput=append:/l.log", "stderr: \"file:/l.log\"")]
    [InlineData("StandardError=journal\nStandardOutput=append:/l.log", "stdout: \"file:/l.log\"")]
    [InlineData("StandardOutput=null", "stderr: \"null\"")]
    [InlineData("LimitNICE=-5", "rlimit_nice: 25")]
    [InlineData("LimitNICE=+5", "rlimit_nice: 15")]
    [InlineData("SupplementaryGroups=a\nSupplementaryGroups=b %p", "supplementary_groups: [a, b, web]")]
    [InlineData("AmbientCapabilities=CAP_KILL\nAmbientCapabilities=CAP_CHOWN", "ambient_capabilities: [kill, chown]")]
    [InlineData("WorkingDirectory=-/srv", "working_dir: /srv")]
    [InlineData("ExecReload=/bin/kill -USR2 $MAINPID", "reload_signal: USR2")]
    [InlineData("ExecStop=/usr/bin/kill -s QUIT -- ${MAINPID}", "stop_signal: QUIT")]
    [InlineData("Environment=\"A=b c\" 'D=e'", "A: \"b c\"")]
    [InlineData("Environment=A=%t/%p", "A: /run/web")]
    [InlineData("Environment=A=1\nEnvironment=\nEnvironment=B=2", "B: \"2\"")]
    [InlineData("EnvironmentFile=-/etc/default/web", "env_file: [\"-/etc/default/web\"]")]
    [InlineData("AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_SYS_NICE", "ambient_capabilities: [net_bind_service, sys_nice]")]
    [InlineData("LimitNOFILE=1024:4096", "nofile: 4096")]
    [InlineData("LimitCORE=1G", "core: 1GiB")]
    [InlineData("LimitNPROC=infinity", "nproc: infinity")]
    [InlineData("MemoryMax=1.5G", "memory_max: 1536MiB")]
    [InlineData("CPUQuota=20%", "cpu_quota: \"20%\"")]
    [InlineData("UMask=077", "umask: \"0077\"")]
    [InlineData("RuntimeMaxSec=1h", "max_age: 1h")]
    [InlineData("StandardError=file:/var/log/e", "stderr: \"file:/var/log/e\"")]
    [InlineData("LogRateLimitIntervalSec=0", "rate_limit_burst: 0")]
    public void Systemd_Key_HasItsCounterpart(string keys, string line) =>
        AssertLine(line, Kinds.Systemd, "web.service", $"[Service]\nExecStart=/usr/bin/web\n{keys}\n");

    [Theory]
    [InlineData("/usr/bin/a 'b c' \"d\\x20e\"", "command: [/usr/bin/a, \"b c\", \"d e\"]")]
    [InlineData("@/usr/bin/a name -x", "command: [/usr/bin/a, \"-x\"]")]
    [InlineData("/usr/bin/a ${P} $Q r$$", "command: [/bin/sh, \"-c\", \"set -f; exec /usr/bin/a \\\"${{P}\\\" $Q 'r$'\"]")]
    [InlineData(":/usr/bin/a ${P}", "command: [/usr/bin/a, \"${{P}\"]")]
    [InlineData("/usr/bin/a \\\n  b", "command: [/usr/bin/a, b]")]
    [InlineData("/usr/bin/a ; /usr/bin/b", "command: [/usr/bin/a]")]
    [InlineData("|/usr/bin/a \"b c\" d", "command: [/bin/sh, \"-c\", \"/usr/bin/a 'b c' d\"]")]
    [InlineData("|/usr/bin/a \"b c\" $D", "command: [/bin/sh, \"-c\", \"set -f; exec /usr/bin/a 'b c' $D\"]")]
    public void Systemd_ExecStart_IsACommand(string value, string line) =>
        AssertLine(line, Kinds.Systemd, "web.service", $"[Service]\nExecStart={value}\n");

    [Theory]
    [InlineData("node server.js", "command: [node, server.js]")]
    [InlineData("node s.js $PORT", "command: [/bin/sh, \"-c\", \"exec node s.js $PORT\"]")]
    [InlineData("cd x && node s.js", "command: [/bin/sh, \"-c\", \"cd x && exec node s.js\"]")]
    [InlineData("A=1 node s.js", "command: [/bin/sh, \"-c\", \"exec env A=1 node s.js\"]")]
    [InlineData("node s.js | cat", "command: [/bin/sh, \"-c\", \"node s.js | cat\"]")]
    [InlineData("node s.js > /dev/null 2>&1", "command: [/bin/sh, \"-c\", \"exec node s.js > /dev/null 2>&1\"]")]
    [InlineData("node 'a|b'", "command: [node, \"a|b\"]")]
    [InlineData("a & b", "command: [/bin/sh, \"-c\", \"a & b\"]")]
    [InlineData("exec node s.js", "command: [/bin/sh, \"-c\", \"exec node s.js\"]")]
    [InlineData("{ node s.js; }", "command: [/bin/sh, \"-c\", \"{{ node s.js; }\"]")]
    [InlineData("node ${X:-a;b} c", "command: [/bin/sh, \"-c\", \"exec node ${{X:-a;b} c\"]")]
    [InlineData("node x # run; it", "command: [/bin/sh, \"-c\", \"exec node x # run; it\"]")]
    [InlineData("a; node x # run; it", "command: [/bin/sh, \"-c\", \"a; exec node x # run; it\"]")]
    [InlineData("case $X in a) b;; esac", "command: [/bin/sh, \"-c\", \"case $X in a) b;; esac\"]")]
    public void Procfile_Command_HasAShellOnlyIfItNeedsOne(string command, string line) =>
        AssertLine(line, Kinds.Procfile, "Procfile", $"web: {command}\n");

    [Theory]
    [InlineData("deploy: { replicas: 3 }", "workers: 3")]
    [InlineData("deploy: { restart_policy: { condition: on-failure } }\n    restart: always", "restart: on-failure")]
    [InlineData("restart: unless-stopped", "restart: always")]
    [InlineData("restart: on-failure:5", "max_attempts: 5")]
    [InlineData("", "restart: \"no\"")]
    [InlineData("ports: ['8000:80', 9000-9002]", "ports: [80, 9000-9002]")]
    [InlineData("user: app:www", "group: www")]
    [InlineData("stop_grace_period: 1m30s", "stop_grace_period: 90s")]
    [InlineData("mem_limit: 512mb", "memory_max: 512MiB")]
    [InlineData("cpus: '0.25'", "cpu_quota: \"25%\"")]
    [InlineData("environment: { A: '${B:-${C:-d}}' }", "A: d")]
    [InlineData("environment: [ 'A=$$5' ]", "A: \"$5\"")]
    [InlineData("env_file: ../shared.env", "env_file: [/srv/shared.env]")]
    [InlineData("ulimits: { nofile: { soft: 1, hard: 2 } }", "nofile: 2")]
    [InlineData("healthcheck: { test: [CMD-SHELL, a b] }", "command: [a, b]")]
    [InlineData("profiles: [x]", "autostart: false")]
    [InlineData("scale: 0", "autostart: false")]
    [InlineData("deploy: { replicas: 0 }", "autostart: false")]
    [InlineData("deploy: { restart_policy: { delay: 5s } }", "policy: always")]
    [InlineData("deploy: { restart_policy: { delay: 5s } }", "multiplier: 1")]
    [InlineData("logging: { driver: none }", "stdout: \"null\"")]
    [InlineData("healthcheck: { test: a, interval: 0s }", "period: 30s")]
    [InlineData("depends_on: { web: { condition: service_started } }", "command: [a]")]
    [InlineData("expose: [6379]", "ports: any")]
    public void Compose_Key_HasItsCounterpart(string key, string line) =>
        AssertLine(line, Kinds.Compose, "compose.yaml", $"services:\n  web:\n    command: a\n    {key}\n");

    [Theory]
    [InlineData("\"instances\": \"max\"", "workers: auto")]
    [InlineData("\"instances\": 2", "NODE_APP_INSTANCE: \"{worker}\"")]
    [InlineData("\"args\": [\"a b\", 1]", "command: [node, /srv/source/a.js, \"a b\", \"1\"]")]
    [InlineData("\"interpreter\": \"none\"", "command: [/srv/source/a.js]")]
    [InlineData("\"cwd\": \"app\"", "command: [node, /srv/source/app/a.js]")]
    [InlineData("\"max_memory_restart\": \"1G\"", "max_memory: 1GiB")]
    [InlineData("\"kill_timeout\": 3000", "stop_grace_period: 3s")]
    [InlineData("\"restart_delay\": \"2s\"", "delay: 2s")]
    [InlineData("\"restart_delay\": \"2s\"", "multiplier: 1")]
    [InlineData("\"exp_backoff_restart_delay\": 100, \"restart_delay\": 4000", "multiplier: 1.5")]
    [InlineData("\"restart_delay\": 4000, \"exp_backoff_restart_delay\": 100", "multiplier: 1.5")]
    [InlineData("\"restart_delay\": 4000, \"exp_backoff_restart_delay\": 100", "delay: 100ms")]
    [InlineData("\"restart_delay\": 4000, \"exp_backoff_restart_delay\": 100", "max_delay: 15s")]
    [InlineData("\"restart_delay\": 4000, \"exp_backoff_restart_delay\": false", "delay: 4s")]
    [InlineData("\"exp_backoff_restart_delay\": 20000", "max_delay: 20s")]
    [InlineData("\"autorestart\": false", "restart: \"no\"")]
    [InlineData("\"env\": { \"PORT\": 81 }", "PORT: \"81\"")]
    [InlineData("\"env\": { \"PORT\": 81 }, \"increment_var\": \"PORT\", \"instances\": 2", "PORT: \"{81+worker}\"")]
    [InlineData("\"user\": \"www\"", "user: www")]
    [InlineData("\"port\": 82", "PORT: \"82\"")]
    [InlineData("\"stop_exit_codes\": [0]", "restart: on-failure")]
    [InlineData("\"env\": { \"A\": 1, \"A\": 2 }", "A: \"2\"")]
    [InlineData("\"script\": \"b.js\"", "command: [node, /srv/source/b.js]")]
    [InlineData("\"script\": \"run.sh\"", "command: [bash, /srv/source/run.sh]")]
    [InlineData("\"script\": \"run.py\"", "PYTHONUNBUFFERED: \"1\"")]
    [InlineData("\"script\": \"npm run start\", \"args\": \"x\"", "command: [npm, run, start]")]
    [InlineData("\"script\": \"a && b\"", "command: [bash, \"-c\", \"a && exec b\"]")]
    [InlineData("\"args\": \"-c \\\"a b\\\" --n=\\\"c d\\\" \\\\x\"",
        "command: [node, /srv/source/a.js, \"-c\", \"a b\", \"--n=\\\"c d\\\"\", \"\\\\x\"]")]
    [InlineData("\"error_file\": \"/dev/null\", \"out_file\": \"/proc/1/fd/1\"", "stderr: \"null\"")]
    public void Pm2_Key_HasItsCounterpart(string key, string line) =>
        AssertLine(line, Kinds.Pm2, "a.json", $"{{ \"apps\": [{{ \"name\": \"web\", \"script\": \"a.js\", {key} }}] }}");

    [Theory]
    [InlineData(Kinds.Supervisord, "[program:web", 1, 1)]
    [InlineData(Kinds.Supervisord, "[program:web]\n\nwords", 3, 1)]
    [InlineData(Kinds.Systemd, "ExecStart=/x", 1, 1)]
    [InlineData(Kinds.Systemd, "[Service]\n  words", 2, 3)]
    [InlineData(Kinds.Procfile, "web: a\n web", 2, 2)]
    [InlineData(Kinds.Compose, "services:\n  web: 'a", 2, 8)]
    [InlineData(Kinds.Compose, "services:\n  web: text", 2, 8)]
    [InlineData(Kinds.Compose, "web: {}", 1, 1)]
    [InlineData(Kinds.Pm2, "{\n \"apps\": [}", 2, 11)]
    [InlineData(Kinds.Pm2, "{\n \"apps\": [{}] }", 2, 11)]
    public void Read_Error_HasItsPlace(string kind, string text, int line, int column)
    {
        var error = Assert.Single(Sample.Read(kind, "x.json", text).Errors);
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("a/web@.service", "", Kinds.Systemd)]
    [InlineData("Procfile", "", Kinds.Procfile)]
    [InlineData("Procfile.dev", "", Kinds.Procfile)]
    [InlineData("docker-compose.yml", "", Kinds.Compose)]
    [InlineData("process.yml", "apps:\n", Kinds.Pm2)]
    [InlineData("ecosystem.config.js", "", Kinds.Pm2)]
    [InlineData("ecosystem.config.cjs", "", Kinds.Pm2)]
    [InlineData("web.config.mjs", "", Kinds.Pm2)]
    [InlineData("server.js", "", null)]
    [InlineData("pm2.json", "", Kinds.Pm2)]
    [InlineData("web.conf", "; x\n[program:web]\n", Kinds.Supervisord)]
    [InlineData("web", "[Service]\n", Kinds.Systemd)]
    [InlineData("web", "words", null)]
    public void Find_File_HasItsKind(string name, string text, string? kind) =>
        Assert.Equal(kind, Kinds.Find(new SourceText(name, text, SourceRole.Services)));

    /// <summary>The value of a script has no places of its own.</summary>
    [Fact]
    public void Pm2_Script_HasThePlaceOfTheName()
    {
        var sample = Sample.Read(
            Kinds.Pm2, "e.config.js", """{ "apps": [{ "name": "web", "script": "a.js", "watch": true }] }""",
            script: "// apps\nmodule.exports = { apps: [{ name: 'web' }] }\n");
        Assert.All(sample.Remarks, remark => Assert.Equal((2, "e.config.js:2"), (remark.Place.Line, remark.Where)));
        Assert.NotEmpty(sample.Remarks);
    }

    private static void AssertLine(string line, string kind, string name, string text)
    {
        var sample = Sample.Read(kind, name, text);
        Assert.Empty(sample.Errors);
        Assert.Contains(line, sample.Yaml.Split('\n').Select(written => written.Trim()));
    }
}
