using System.Reflection;
using System.Text.Json;
using Decisions.Tests.Binding;
using Reuseportd.Binding;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Serilog;

namespace Decisions.Tests.Observability;

public sealed class LogEventsTests
{
    private static readonly WorkerName Web = new("web", 2);

    /// <summary>Each event: its kind, its PRIORITY, its text, and the call that logs it. No other test has these texts.</summary>
    public static readonly TheoryData<string, int, string, Action<ILogger>> Table = new()
    {
        { "starting", 6, "reuseportd 1.2.3 starts with /etc/reuseportd", log => log.Starting("1.2.3", "/etc/reuseportd") },
        { "started", 6, "started: 3 of 4 workers of 1 service are ready", log => log.Started(3, 4, 1, isWhole: true) },
        { "started", 4, "started: 3 of 4 workers of 1 service are ready", log => log.Started(3, 4, 1, isWhole: false) },
        {
            "replaced", 6, "the daemon executes /usr/bin/reuseportd; 4 workers run on",
            log => log.Replaced("/usr/bin/reuseportd", 4)
        },
        {
            "not_replaced", 4, "the daemon is not replaced: web@0 is starting", log => log.NotReplaced("web@0 is starting")
        },
        { "adopted", 6, "4 running workers are taken over from reuseportd 1.2.2", log => log.Adopted(4, "1.2.2") },
        {
            "not_adopted", 3, "the workers of the former daemon are not taken over: oh", log => log.NotAdopted("oh")
        },
        {
            "not_adopted", 4, "2 workers of the former daemon are not taken over: their descriptors or records are gone",
            log => log.NotAdopted(2)
        },
        {
            "history_lost", 4, "earlier events and lines are not shown to clients any more: oh", log => log.HistoryLost("oh")
        },
        { "keeps", 6, "workers outlive the daemon (adoption)", log => log.Keeps("adoption", null) },
        {
            "keeps", 6, "workers outlive the daemon (reexec): no service manager keeps descriptors for it",
            log => log.Keeps("reexec", "no service manager keeps descriptors for it")
        },
        { "keeps", 6, "workers end with the daemon: there is no guard", log => log.Keeps("none", "there is no guard") },
        { "keeps", 4, "workers would end with the daemon (none): oh", log => log.NotKept("oh") },
        {
            "host_drain", 6, "the host is not ready for load balancers; its workers drain in 10 s",
            log => log.HostLeaves(TimeSpan.FromSeconds(10))
        },
        { "host_drain", 6, "the host drains: all workers finish their connections, and end", log => log.HostDrains() },
        {
            "host_drained", 6, "the host is drained after 12.5 s: no worker runs",
            log => log.HostDrained(TimeSpan.FromSeconds(12.5))
        },
        { "host_undrain", 6, "the host is taken back; 4 workers start", log => log.HostTakenBack(4) },
        {
            "not_listening", 3, "agent_check: the daemon cannot listen on 127.0.0.1:9181: EADDRINUSE",
            log => log.NotListening("agent_check", "127.0.0.1:9181", Errno.AlreadyInUse)
        },
        { "token", 6, "listen_token_file: the token can be read again", log => log.Token(null) },
        {
            "token", 4, "listen_token_file: the token cannot be read, requests that need it get 503: ENOENT",
            log => log.Token("ENOENT")
        },
        {
            "token", 4, "listen_token_file: each user of this host can read /etc/token: chmod o-r",
            log => log.TokenIsOpen("/etc/token")
        },
        { "certificate", 6, "listen_tls: new connections get the certificate of the files", log => log.Certificate(null) },
        {
            "certificate", 4, "listen_tls: the changed certificate cannot be used, the former one stays: ENOENT",
            log => log.Certificate("ENOENT")
        },
        {
            "service_failed", 3, "web@2 has failed for good, and web is in 'exit_on_failed': the daemon stops",
            log => log.ServiceFailed(Web)
        },
        { "stopping", 6, "stopping: SIGTERM", log => log.Stopping("SIGTERM") },
        { "stopped", 6, "stopped after 2.3 s", log => log.Stopped(TimeSpan.FromSeconds(2.3)) },
        {
            "fault", 2, "a fault in the supervisor's loop ends the daemon: oh",
            log => log.Faulted(new InvalidOperationException("oh"))
        },
        {
            "trees", 6, "worker trees are ended by cgroup.kill in /system.slice/reuseportd.service",
            log => log.TreesByGroup("/system.slice/reuseportd.service", byFile: true)
        },
        { "trees", 6, "worker trees are ended by control groups in /own", log => log.TreesByGroup("/own", byFile: false) },
        {
            "trees", 6, "worker trees are ended by session and subreaper: the cgroup / is not delegated",
            log => log.TreesBySession("the cgroup / is not delegated")
        },
        {
            "not_exported", 4, "metrics cannot be sent to http://127.0.0.1:4318/v1/metrics: ConnectionError",
            log => log.NotExported("http://127.0.0.1:4318/v1/metrics", "ConnectionError")
        },
        {
            "exported", 6, "metrics are sent to http://127.0.0.1:4318/v1/metrics again",
            log => log.Exported("http://127.0.0.1:4318/v1/metrics")
        },
        {
            "worker_labels", 6, "metrics of workers are sums for each service: 1001 workers are too many for a label each",
            log => log.WorkerLabels(areThere: false, 1001)
        },
        {
            "worker_labels", 6, "metrics of workers have the label worker again: there are 1000 workers",
            log => log.WorkerLabels(areThere: true, 1000)
        },
        {
            "guard", 4, "the guard could not be started: ENOENT; if the daemon is killed, children of its workers keep running",
            log => log.GuardFailed(Errno.NotFound)
        },
        {
            "guard", 4,
            "the guard (4242) has ended: killed by SIGKILL; another one was started",
            log => log.GuardEnded(4242, ExitStatus.Killed(Signal.Kill), Errno.None)
        },
        {
            "guard", 4,
            "the guard (4242) has ended: killed by SIGKILL; no other could be started: ENOMEM; if the daemon is killed, "
            + "processes of its workers keep running",
            log => log.GuardEnded(4242, ExitStatus.Killed(Signal.Kill), Errno.NoMemory)
        },
        { "reload", 6, "reload: services changed 1, added 2, removed 3, unchanged 4", log => log.Reloaded(1, 2, 3, 4) },
        { "reload_failed", 3, "reload: nothing changed, because the configuration has 0 errors", log => log.ReloadFailed([]) },
        { "config", 3, "a.yaml:1:2: unknown key {x}", log => log.ConfigurationError("a.yaml:1:2: unknown key {x}") },
        { "config", 4, "a.yaml:1:2: odd", log => log.ConfigurationWarning("a.yaml:1:2: odd") },
        {
            "log_lost", 4, "the log lost 6 records: its destination did not accept them",
            log => log.LogLost(new LogLoss(1, 2, 3, Records.NoSpace))
        },
        {
            "command", 6, "scale web to 3, requested by user 1000 (process 77)",
            log => log.Commanded("scale", "web", " to 3", "user 1000 (process 77)")
        },
        { "signal", 6, "web@2: SIGHUP sent to process 4242", log => log.Signalled(Web, 4242, Signal.Hup, Errno.None) },
        {
            "signal", 4, "web@2: SIGHUP sent to process 4242: ESRCH",
            log => log.Signalled(Web, 4242, Signal.Hup, Errno.NoProcess)
        },
        { "spawn", 6, "web@2: process 4242 started (generation 7)", log => log.Spawned(Web, 4242, 7, ShardingMethod.Preload) },
        {
            "spawn_error", 3, "web@2: could not be started: exec nothing: ENOENT",
            log => log.SpawnFailed(Web, new SpawnError("exec", "nothing", Errno.NotFound))
        },
        {
            "no_room", 4, "web: workers wait, because there is no room for their processes: fs.file-max is 1000",
            log => log.NoRoom("web", "fs.file-max is 1000")
        },
        { "spawn_error", 3, "web@2: could not be started: no such user", log => log.SpawnFailed(Web, "no such user") },
        {
            "start_order", 4, "web: starts although db, which it depends on, is not ready",
            log => log.StartsWithout("web", "db")
        },
        { "probe_failed", 7, "web@2: probe failed: status 503", log => log.ProbeFailed(Web, 4242, "status 503") },
        {
            "unresponsive", 4, "web@2: no longer answers: 3 probes failed, the last: status 503",
            log => log.Unresponsive(Web, 4242, 3, "status 503")
        },
        {
            "recycle", 6, "web@2: recycled: process 4242 holds 600 MiB of memory",
            log => log.Recycled(Web, 4242, "holds 600 MiB of memory")
        },
        {
            "no_preload", 4, "web@2: no line from the preload library: statically linked",
            log => log.NoPreload(Web, 4242, "statically linked", ShardingMethod.Preload)
        },
        {
            "no_preload", 6, "web@2: no line from the preload library: statically linked; method kernel shares the port",
            log => log.NoPreload(Web, 4242, "statically linked", ShardingMethod.Kernel)
        },
        {
            "method", 6, "web: method kernel: statically linked: /bin/x",
            log => log.Method("web", ShardingMethod.Kernel, "statically linked: /bin/x", isWarning: false)
        },
        {
            "method", 4, "web: method preload: method kernel cannot be used: no groups",
            log => log.Method("web", ShardingMethod.Preload, "method kernel cannot be used: no groups", isWarning: true)
        },
        { "loaded", 7, "web@2: preload library 1.0.0 loaded by process 4242", log => Log(log, OutcomeCorpus.Loaded) },
        { "bind", 6, "web@2: bind 127.0.0.1:8080 tcp: ok (fd 3)", log => Log(log, OutcomeCorpus.Bind) },
        {
            "bind", 4, "web@2: bind 127.0.0.1:8080 tcp: EADDRINUSE (fd 3)",
            log => Log(log, OutcomeCorpus.Bind.Replace("=ok", "=EADDRINUSE"))
        },
        {
            "bind", 6, "web@2: bind [::1]:8080 udp on eth0: ok (fd 3, not sharded)",
            log => Log(log, OutcomeCorpus.Bind.Replace("inet ", "inet6 ").Replace("127.0.0.1", "::1").Replace("stream", "dgram")
                .Replace("device=-", "device=eth0").Replace("matched=1", "matched=0"))
        },
        { "listen", 6, "web@2: listen 127.0.0.1:8080 tcp: ok (fd 3, backlog 4096)", log => Log(log, OutcomeCorpus.Listen) },
        {
            "outcomes_lost", 4, "web@2: process 4242 dropped 3 lines of the preload library, because its pipe was full",
            log => Log(log, OutcomeCorpus.Lost)
        },
        {
            "outcomes_lost", 4,
            "web@2: the kernel dropped reports of bind and listen, because processes of the worker bind too often",
            log => log.Outcome(Web, 4242, new BindOutcome(OutcomeKind.Lost, 0, null, "", "") { IsKernels = true })
        },
        {
            "bind", 6, "web@2: bind 127.0.0.1:8080 tcp: ok (seen by the kernel)",
            log => log.Outcome(
                Web, 4242,
                new BindOutcome(
                    OutcomeKind.Bind, 4242,
                    new SocketOutcome(
                        -1, 7, "inet", "stream", "127.0.0.1", 8080, true, OptionSetting.Set, OptionSetting.System, null, null),
                    "ok", "")
                {
                    IsKernels = true,
                })
        },
        {
            "library_error", 3, "web@2: preload library: SO_REUSEPORT: Protocol not available",
            log => Log(log, "libreuseport:SO_REUSEPORT:Protocol not available")
        },
        {
            "fault", 4, "the processes that hold workers' ports cannot be found: EMFILE",
            log => log.CausesUnknown("EMFILE")
        },
        {
            "cause", 4, "web@2: 127.0.0.1:8080 tcp is held by nginx (process 44)",
            log => log.Cause(Web, 0, "127.0.0.1:8080 tcp is held by nginx (process 44)")
        },
        { "ready", 6, "web@2: ready after 450 ms", log => log.Ready(Web, 4242, TimeSpan.FromMilliseconds(450)) },
        {
            "readiness_timeout", 4, "web@2: not ready after 30 s, missing: 8080",
            log => log.ReadinessTimedOut(Web, 4242, TimeSpan.FromSeconds(30), "8080", failure: null)
        },
        {
            "readiness_timeout", 4, "web@2: not ready after 30 s: the command ended with exit code 3",
            log => log.ReadinessTimedOut(Web, 4242, TimeSpan.FromSeconds(30), missing: null, "the command ended with exit code 3")
        },
        {
            "readiness_timeout", 4, "web@2: not ready after 30 s: no probe was answered",
            log => log.ReadinessTimedOut(Web, 4242, TimeSpan.FromSeconds(30), missing: null, failure: null)
        },
        {
            "exit", 4, "web@2: killed by SIGKILL after 2.3 s, out of memory: 1 process killed at its memory_max",
            log => log.Exited(Web, 4242, ExitStatus.Killed(Signal.Kill), TimeSpan.FromSeconds(2.3), asked: false, oomKills: 1)
        },
        {
            "exit", 4, "web@2: exited with code 1 after 2.3 s",
            log => log.Exited(Web, 4242, ExitStatus.Exited(1), TimeSpan.FromSeconds(2.3), asked: false)
        },
        {
            "exit", 6, "web@2: exited with code 0 after 1 min",
            log => log.Exited(Web, 4242, ExitStatus.Exited(0), TimeSpan.FromMinutes(1), asked: false)
        },
        {
            "exit", 6, "web@2: stopped by SIGTERM after 1 h",
            log => log.Exited(Web, 4242, ExitStatus.Killed(Signal.Term), TimeSpan.FromHours(1), asked: true)
        },
        {
            "exit", 4, "web@2: killed by SIGTERM after 1 h",
            log => log.Exited(Web, 4242, ExitStatus.Killed(Signal.Term), TimeSpan.FromHours(1), asked: false)
        },
        {
            "exit", 6, "web@2: killed by SIGKILL after 1 h",
            log => log.Exited(Web, 4242, ExitStatus.Killed(Signal.Kill), TimeSpan.FromHours(1), asked: true)
        },
        {
            "exit", 4, "web@2: ended (status unknown: it was started by an earlier daemon) after 1 h",
            log => log.Exited(Web, 4242, ExitStatus.Unknown, TimeSpan.FromHours(1), asked: false)
        },
        {
            "exit", 4, "web@2: killed by SIGSEGV (core dumped) after 1 h",
            log => log.Exited(Web, 4242, new ExitStatus(11, true, CoreDumped: true), TimeSpan.FromHours(1), asked: false)
        },
        { "backoff", 4, "web@2: next start in 200 ms (attempt 2)", log => log.Backoff(Web, TimeSpan.FromMilliseconds(200), 2) },
        { "failed", 3, "web@2: failed: too many restarts", log => log.Failed(Web, "too many restarts") },
        { "stop", 6, "web@2: stopping: SIGTERM to process 4242", log => log.Stopping(Web, 4242, Signal.Term) },
        {
            "drain", 6, "web@2: process 4242 drains for at most 30 s",
            log => log.Draining(Web, 4242, TimeSpan.FromSeconds(30))
        },
        {
            "drained", 6, "web@2: process 4242 has no connections left after 250 ms",
            log => log.Drained(Web, 4242, TimeSpan.FromMilliseconds(250), 0)
        },
        {
            "drained", 4, "web@2: process 4242 still has 3 connections after 30 s; its end cuts them",
            log => log.Drained(Web, 4242, TimeSpan.FromSeconds(30), 3)
        },
        { "update", 6, "web: its workers are replaced", log => log.UpdateBegun("web", isRollback: false) },
        { "update", 6, "web: the update is rolled back", log => log.UpdateBegun("web", isRollback: true) },
        { "update", 6, "web@2: replaced by process 4242 (generation 3), 1 of 4", log => log.Updated(Web, 4242, 3, 1, 4) },
        { "update", 6, "web: 4 workers replaced", log => log.UpdateDone("web", 4, 0) },
        { "update", 6, "web: 4 workers replaced; 2 connections cut", log => log.UpdateDone("web", 4, 2) },
        { "update", 6, "web: the update is paused, 3 workers not replaced yet", log => log.UpdatePaused("web", 3) },
        { "update", 6, "web: the update continues", log => log.UpdateResumed("web") },
        {
            "update_failed", 3, "web: the update stopped after 1 of 4: web@1: exit code 3; the update is rolled back",
            log => log.UpdateFailed("web", "web@1: exit code 3", 1, 4, rollsBack: true)
        },
        { "steering", 6, "connections are steered by an eBPF program", log => log.SteeredBy("an eBPF program", "") },
        {
            "steering", 6, "connections are steered by a classic BPF program: no eBPF program: EPERM",
            log => log.SteeredBy("a classic BPF program", "no eBPF program: EPERM")
        },
        {
            "steering", 6, "net.ipv4.tcp_migrate_req is on now: it was off",
            log => log.Migrates(isOn: true, changed: true, Errno.None)
        },
        {
            "steering", 4,
            "net.ipv4.tcp_migrate_req is off and cannot be turned on (EACCES): "
            + "connections in the queue of a worker that ends are reset",
            log => log.Migrates(isOn: false, changed: false, Errno.AccessDenied)
        },
        {
            "steering", 4,
            "net.ipv4.tcp_migrate_req is off in sysctl.d: connections in the queue of a worker that ends may be reset",
            log => log.Migrates(isOn: false, changed: false, Errno.None)
        },
        {
            "steering", 4, "a test at start shows: connections in the queue of a worker that ends are reset",
            log => log.MigratesWithout(isLost: true)
        },
        {
            "steering", 4,
            "a test at start shows: connections in the queue of a worker that ends are handed to other workers, "
            + "but this kernel does not wake those workers; the daemon wakes them if it can",
            log => log.MigratesWithout(isLost: false)
        },
        {
            "not_steered", 4, "web@2: its connections on port 8080 cannot be steered: EPERM",
            log => log.NotSteered(Web, 4242, 8080, Errno.NotPermitted)
        },
        {
            "stalled", 4,
            "web@2: process 4242 has accepted nothing for 500 ms while others did, and 7 connections wait: "
            + "it gets no new connections",
            log => log.Stalled(Web, 4242, TimeSpan.FromMilliseconds(500), 7)
        },
        { "stalled", 6, "web@2: 7 connections handed to other workers", log => log.Rescued(Web, 4242, 7, Errno.None) },
        {
            "stalled", 4, "web@2: the connections in its queue cannot be handed to other workers: EOPNOTSUPP",
            log => log.Rescued(Web, 4242, 0, Errno.NotSupported)
        },
        { "awake", 6, "web@2: process 4242 accepts again", log => log.Awake(Web, 4242) },
        {
            "kill", 4,
            "web@2: process 4242 did not end within 10 s of SIGTERM; killed with its process tree; "
            + "if its program stops on another signal, set stop_signal",
            log => log.Killed(Web, 4242, StopSpec.Default)
        },
        { "kill", 4, "web@2: the daemon killed 2 processes that the worker left behind", log => log.SweptTree(Web, 2) },
        { "kill_failed", 3, "web@2: 1 process cannot be killed", log => log.TreeSurvived(Web, 1) },
        {
            "dropped", 4, "web@2: 1234 lines of stdout dropped by the rate limit",
            log => log.Dropped(Web, 4242, OutputStream.Stdout, 1234)
        },
        {
            "file_failed", 3, "/var/log/web.log does not accept the output of workers: ENOSPC; lines are lost until it does",
            log => log.FileFailed("/var/log/web.log", new Errno(28))
        },
        {
            "file_lost", 4, "/var/log/web.log lost 1 line: no room; it accepts output again",
            log => log.FileLost("/var/log/web.log", 1, Errno.None, isClosed: false)
        },
        {
            "reopen_failed", 3,
            "/var/log/web.log could not be opened again: EISDIR; the output of workers continues in the open file",
            log => log.ReopenFailed("/var/log/web.log", new Errno(21))
        },
        {
            "output_lost", 3, "web@2: stderr cannot be read and was closed: ENOSPC",
            log => log.OutputLost(Web, 4242, OutputStream.Stderr, new Errno(28))
        },
        {
            "output_stuck", 3, "the thread that reads the output of workers has not ended in 10 s; it is left alone",
            log => log.OutputStuck(TimeSpan.FromSeconds(10))
        },
        {
            "output_not_kept", 4, "output of workers is lost if this daemon is killed before it is written: tee: EPERM",
            log => log.OutputNotKept(Errno.NotPermitted)
        },
    };

    [Theory]
    [MemberData(nameof(Table), DisableDiscoveryEnumeration = true)]
    public void Event_Each_HasItsKindPriorityAndText(string kind, int priority, string message, Action<ILogger> say)
    {
        using var log = new CollectedLog();
        say(log.Logger);
        var said = Assert.Single(log.Events());
        Assert.Equal(kind, said.GetProperty("REUSEPORT_EVENT").GetString());
        Assert.Equal(priority, said.GetProperty("PRIORITY").GetInt32());
        Assert.Equal(message, said.GetProperty("MESSAGE").GetString());
        Assert.Equal("reuseportd", said.GetProperty("SYSLOG_IDENTIFIER").GetString());
        Assert.Matches("^[0-9a-f]{32}$", said.GetProperty("MESSAGE_ID").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", said.GetProperty("timestamp").GetString());
        Assert.All(said.EnumerateObject().Skip(1), field => Assert.True(JournalField.IsName(field.Name), field.Name));
        if (!message.StartsWith("web@2", StringComparison.Ordinal)) return;
        Assert.Equal("web", said.GetProperty("REUSEPORT_SERVICE").GetString());
        Assert.Equal(2, said.GetProperty("REUSEPORT_WORKER").GetInt32());
    }

    [Fact]
    public void Outcome_FailedBind_CarriesTheFieldsOfTheDesign()
    {
        var said = Only(log => Log(log, OutcomeCorpus.Bind.Replace("=ok", "=EADDRINUSE")));
        Assert.Equal(4242, said.GetProperty("REUSEPORT_PID").GetInt32());
        Assert.Equal("inet", said.GetProperty("REUSEPORT_FAMILY").GetString());
        Assert.Equal("stream", said.GetProperty("REUSEPORT_TYPE").GetString());
        Assert.Equal("127.0.0.1", said.GetProperty("REUSEPORT_ADDRESS").GetString());
        Assert.Equal(8080, said.GetProperty("REUSEPORT_PORT").GetInt32());
        Assert.Equal(3, said.GetProperty("REUSEPORT_FD").GetInt32());
        Assert.Equal("EADDRINUSE", said.GetProperty("REUSEPORT_RESULT").GetString());
        Assert.Equal(98, said.GetProperty("ERRNO").GetInt32());
    }

    [Fact]
    public void Outcome_Success_HasNoErrno() =>
        Assert.False(Only(log => Log(log, OutcomeCorpus.Bind)).TryGetProperty("ERRNO", out _));

    [Fact]
    public void Exited_Process_CarriesTheFieldsOfSystemd()
    {
        var said = Only(log => log.Exited(Web, 4242, ExitStatus.Killed(Signal.Kill), TimeSpan.FromSeconds(1.5), asked: false));
        Assert.Equal("killed", said.GetProperty("EXIT_CODE").GetString());
        Assert.Equal(9, said.GetProperty("EXIT_STATUS").GetInt32());
        Assert.Equal(1500, said.GetProperty("REUSEPORT_UPTIME_MS").GetInt32());
    }

    [Fact]
    public void Exited_StatusUnknown_HasNoNumber()
    {
        var said = Only(log => log.Exited(Web, 4242, ExitStatus.Unknown, TimeSpan.FromSeconds(1.5), asked: false));
        Assert.Equal("unknown", said.GetProperty("EXIT_CODE").GetString());
        Assert.False(said.TryGetProperty("EXIT_STATUS", out _));
    }

    [Fact]
    public void SpawnFailed_WithErrno_CarriesItsNumber() =>
        Assert.Equal(
            2, Only(log => log.SpawnFailed(Web, new SpawnError("exec", "x", Errno.NotFound))).GetProperty("ERRNO").GetInt32());

    [Fact]
    public void ReloadFailed_WithErrors_HasEachAndTheirNumber()
    {
        using var log = new CollectedLog();
        log.Logger.ReloadFailed(["first", "second"]);
        Assert.Equal(
            ["first", "second", "reload: nothing changed, because the configuration has 2 errors"],
            log.Events().Select(said => said.GetProperty("MESSAGE").GetString()));
    }

    [Fact]
    public void Kinds_All_HaveNamesAndIdsOfTheirOwn()
    {
        var kinds = typeof(EventKind).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (EventKind)field.GetValue(null)!).ToList();
        Assert.Equal(kinds.Count, kinds.Select(kind => kind.Name).Distinct().Count());
        Assert.Equal(kinds.Count, kinds.Select(kind => kind.MessageId).Distinct().Count());
        Assert.All(kinds, kind => Assert.Matches("^[0-9a-f]{32}$", kind.MessageId));
        Assert.All(kinds, kind => Assert.Contains(Table, row => row.Data.Item1 == kind.Name));
    }

    private static JsonElement Only(Action<ILogger> say)
    {
        using var log = new CollectedLog();
        say(log.Logger);
        return Assert.Single(log.Events());
    }

    private static void Log(ILogger log, string line)
    {
        Assert.True(OutcomeParser.TryParse(System.Text.Encoding.UTF8.GetBytes(line), out var outcome));
        log.Outcome(Web, 4242, outcome);
    }
}
