using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Launch;

/// <summary>Attributes of a worker, from its YAML to the kernel's view of the process.</summary>
public sealed class AttributeTests : DaemonTest
{
    private const int PolicyField = 41;
    private const int RealtimePriorityField = 40;
    private const int NiceField = 19;

    [Fact]
    public async Task Limits_Configured_AreSetOnTheWorker()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [sleep, infinity]
                workers: 2
                limits:
                  nice: 4
                  core: 0
                  fsize: infinity
                  stack: 1MiB
                  oom_score_adj: 700
                  cpu_affinity: spread
                  scheduling_policy: batch
                  io_class: best-effort
                  io_priority: 6
                umask: "0077"
                reuseport: { ports: [{{Port}}] }
                readiness: { type: delay, delay: 0s }
            """);
        await Daemon.StartAsync();

        var allowed = CpusOf(Environment.ProcessId);
        foreach (var number in (int[])[0, 1])
        {
            var pid = Daemon.PidOf($"web@{number}");
            Assert.Equal(("4", "3"), (Processes.Stat(pid, NiceField), Processes.Stat(pid, PolicyField)));
            Assert.Equal([allowed[number % allowed.Length]], CpusOf(pid));
            Assert.Equal("0077", Processes.Status(pid, "Umask"));
            Assert.Equal("700", (await File.ReadAllTextAsync($"/proc/{pid}/oom_score_adj")).Trim());
            var limits = await File.ReadAllTextAsync($"/proc/{pid}/limits");
            Assert.Matches("Max core file size +0 +0 ", limits);
            Assert.Matches("Max file size +unlimited +unlimited ", limits);
            Assert.Matches("Max stack size +1048576 +1048576 ", limits);
            Assert.Equal($"best-effort: prio 6", (await Command.RunAsync("ionice", ["-p", $"{pid}"])).Out.Trim());
        }
    }

    [Fact]
    public async Task Priority_LoopThreads_AreAboveOtherThreadsAndWorkers()
    {
        Root.Require();
        Daemon.Configure(Sleeper(""));
        await Daemon.StartAsync();
        var threads = Directory.GetDirectories($"/proc/{Daemon.Pid}/task")
            .Select(task => (
                Name: Processes.TryRead($"{task}/comm")?.Trim(),
                Niceness: Processes.TryStat(int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture), NiceField)))
            .Where(thread => thread is { Name: not null, Niceness: not null })
            .ToLookup(thread => thread.Name!, thread => thread.Niceness!);
        var own = Processes.Stat(Environment.ProcessId, NiceField);

        // The thread of the loop, and the threads that start processes.
        string[] ahead = ["supervisor", "launch"];
        Assert.Single(threads["supervisor"]);
        Assert.All(
            ahead.SelectMany(name => threads[name]),
            niceness => Assert.Equal(
                int.Parse(own, CultureInfo.InvariantCulture) - 10, int.Parse(niceness, CultureInfo.InvariantCulture)));
        Assert.All(
            threads.Where(thread => !ahead.Contains(thread.Key)).SelectMany(thread => thread),
            niceness => Assert.Equal(own, niceness));
        Assert.Equal(own, Processes.Stat(Daemon.PidOf("web@0"), NiceField));
    }

    [Theory]
    [InlineData("fifo", "1")]
    [InlineData("rr", "2")]
    public async Task Scheduling_RealtimePolicy_IsSetOnTheWorker(string policy, string number)
    {
        Root.Require();
        var cpu = $"scheduling_policy: {policy}, scheduling_priority: 7";
        Daemon.Configure(Sleeper($"limits: {{ {cpu}, io_class: realtime, io_priority: 0 }}"));
        await Daemon.StartAsync();
        var pid = await StartedAsync();

        Assert.Equal((number, "7"), (Processes.Stat(pid, PolicyField), Processes.Stat(pid, RealtimePriorityField)));
        Assert.Equal("realtime: prio 0", (await Command.RunAsync("ionice", ["-p", $"{pid}"])).Out.Trim());
    }

    [Fact]
    public async Task SupplementaryGroups_Configured_ReplaceTheGroupsOfTheUser()
    {
        Root.Require();
        Daemon.Configure($$"""
            services:
              given: { command: [sleep, infinity], user: nobody, supplementary_groups: [daemon, "4242"], {{Rest(0)}} }
              none: { command: [sleep, infinity], user: nobody, supplementary_groups: [], {{Rest(1)}} }
              root: { command: [sleep, infinity], supplementary_groups: daemon, {{Rest(2)}} }
            """);
        await Daemon.StartAsync();

        Assert.Equal("1 4242", Processes.Status(Daemon.PidOf("given@0"), "Groups"));
        Assert.Equal("", Processes.Status(Daemon.PidOf("none@0"), "Groups"));
        Assert.Equal("1", Processes.Status(Daemon.PidOf("root@0"), "Groups"));
        Assert.Equal("0\t0\t0\t0", Processes.Status(Daemon.PidOf("root@0"), "Uid"));
    }

    [Fact]
    public async Task NoNewPrivileges_UserChanges_IsOnByDefault()
    {
        Root.Require();
        Daemon.Configure($$"""
            services:
              changed: { command: [sleep, infinity], user: nobody, {{Rest(0)}} }
              group: { command: [sleep, infinity], group: daemon, {{Rest(1)}} }
              freed: { command: [sleep, infinity], user: nobody, no_new_privileges: false, {{Rest(2)}} }
              same: { command: [sleep, infinity], {{Rest(3)}} }
              named: { command: [sleep, infinity], user: root, {{Rest(4)}} }
              bound: { command: [sleep, infinity], no_new_privileges: true, {{Rest(5)}} }
            """);
        await Daemon.StartAsync();

        var own = Processes.Status(Environment.ProcessId, "NoNewPrivs");
        foreach (var (service, expected) in ((string, string?)[])
                 [("changed", "1"), ("group", "1"), ("freed", own), ("same", own), ("named", own), ("bound", "1")])
            Assert.Equal((service, expected), (service, Processes.Status(Daemon.PidOf($"{service}@0"), "NoNewPrivs")));
    }

    [Theory]
    [InlineData("limits: { nofile: infinity }", @"setrlimit nofile=infinity: EPERM \(.* \d+\)", "1")]
    [InlineData("limits: { cpu_affinity: [4095] }", "sched_setaffinity 4095: EINVAL", "22")]
    [InlineData("limits: { cpu_affinity: [0-4095] }", @"sched_setaffinity [\d,]+ \(CPU \d+ .*\): EINVAL", "22")]
    public async Task SpawnError_StepFails_HasItsValueAndErrno(string keys, string expected, string errno)
    {
        Daemon.Configure(Sleeper(keys));
        await Daemon.StartAsync();

        var error = await Daemon.EventAsync("spawn_error", "web@0");
        Assert.Matches($"^{expected}$", error["REUSEPORT_REASON"]);
        Assert.Equal(expected.Split(' ')[0], error["REUSEPORT_STEP"]);
        Assert.Equal(errno, error["ERRNO"]);
    }

    private string Sleeper(string keys) => $$"""
        services:
          web:
            command: [sleep, infinity]
            {{keys}}
            reuseport: { ports: [{{Port}}] }
            readiness: { type: delay, delay: 0s }
        """;

    /// <summary>The end of a service in one line; workers of several users share no port.</summary>
    private string Rest(int number) => $"reuseport: {{ ports: [{Port + number}] }}, readiness: {{ type: delay, delay: 0s }}";

    private async Task<int> StartedAsync()
    {
        var settled = await Daemon.Log.WaitAsync(
            record => record.Event is "ready" or "spawn_error", "the worker starts or fails at it");
        // A control group can forbid real-time scheduling to all its processes.
        Assert.SkipWhen(settled.Event == "spawn_error" && settled["ERRNO"] == "1", settled.Message);
        return Daemon.PidOf("web@0");
    }

    private static int[] CpusOf(int pid) =>
    [
        .. Processes.Status(pid, "Cpus_allowed_list")!.Split(',').SelectMany(range =>
        {
            var ends = range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
            return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
        }),
    ];
}
