using System.Text;
using CsCheck;
using Reuseportd.Configuration.Writing;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

/// <summary>The written text of a service is read back as an equal service.</summary>
public sealed class ServiceWriterTests
{
    /// <summary>Some forms of each key; the first line of each is without the key.</summary>
    private static readonly string[][] Keys =
    [
        ["command: server", "command: [server, \"{worker}\", \"a 'b' \\\"c\\\" {{ } ü 🎉 \\t\", \"\"]"],
        [
            "reuseport: { ports: 8080 }", "reuseport: { ports: any, reuse_port: system, debug: false }",
            "reuseport: { ports: [1, 8000-8010], address: [10.0.0.0/8, \"::1\"], interface: eth0, reuse_port: false, "
            + "reuse_address: true, backlog: 5, balance: least_queue }",
        ],
        ["", "workers: auto", "workers: 17"],
        ["", "environment: { A: \"1\", B: \"x={9000+worker}\\n\", C: \"yes\", D: \"\" }", "environment: [A=b=c]"],
        ["", "env_file: [/etc/default/web, -/etc/other]"],
        ["", "working_dir: \"/srv/{service}\""],
        ["", "user: www-data", "user: www-data\ngroup: dns\nsupplementary_groups: []", "supplementary_groups: [dns, root]"],
        ["", "umask: \"0022\"", "umask: \"7\"", "umask: \"0777\""],
        ["", "no_new_privileges: true\nambient_capabilities: [net_bind_service, CAP_CHOWN]", "ambient_capabilities: []"],
        ["", "autostart: false"],
        [
            "", "readiness: notify", "readiness: { type: delay, delay: 1.5s, timeout: 3m }",
            "readiness: { type: http, path: /up, port: \"{9000+worker}\", period: 1ms }",
            "readiness: { type: exec, command: [a, \"{worker}\"] }", "readiness: { type: tcp, port: 99 }",
            "readiness: { type: dns, name: example.org., qtype: AAAA, port: 53, settle: 300ms }",
            "readiness: { type: delay, delay: 2s, settle: 1m }", "readiness: { type: bind, timeout: 3ms }",
        ],
        [
            "", "liveness: { type: exec, command: check, initial_delay: 1h, period: 1d, timeout: 250ms, failure_threshold: 9 }",
            "liveness: { type: tcp, port: 5 }", "liveness: { type: dns, name: ., port: 53 }",
        ],
        [
            "", "recycle: { max_age: 7d, variance: 0.123456789 }", "recycle: { max_memory: 64MiB }",
            "recycle: { max_age: 90m, max_memory: 123456789 }",
        ],
        [
            "", "restart: { policy: \"no\" }",
            "restart: { policy: on-failure, delay: 7ms, multiplier: 1.7, max_delay: 61s, jitter: 0.33, reset_after: 0, "
            + "max_attempts: 4, window: 36h }",
        ],
        ["", "stop_signal: RTMIN+3", "stop_signal: SIGINT", "stop_signal: 40"],
        ["", "stop_grace_period: 0", "stop_grace_period: 1m30s"],
        ["", "reload_signal: USR2"],
        ["", "update: { max_surge: 2, max_unavailable: 1, order: stop-first, drain_timeout: 1s, failure_action: pause }"],
        ["", "stall: { after: 3s, action: none }"],
        ["", "logging: { rate_limit_interval: 1s, rate_limit_burst: 0, line_max: 4097 }"],
        ["", "stdout: \"null\"", "stdout: inherit\nstderr: \"file:/var/log/a b\""],
        [
            "", "limits: { io_class: idle, scheduling_policy: batch }",
            "limits: { nofile: 65536, core: 0, memlock: infinity, as: 1GiB, nice: -5, oom_score_adj: 10, cpu_affinity: spread }",
            "limits: { cpu_affinity: [0, 2-4], scheduling_policy: fifo, scheduling_priority: 9, io_class: best-effort, "
            + "io_priority: 2, rlimit_nice: 3, memory_max: 123456789, cpu_quota: 150% }",
        ],
    ];

    [Fact]
    public void File_ServicesOfAllKeys_AreReadBackUnchanged() => Gen.Int[0, 999].Array[Keys.Length].Sample(
        choices =>
        {
            var text = string.Join(
                '\n', Keys.Select((ways, key) => ways[choices[key] % ways.Length]).Where(line => line.Length > 0));
            var read = Given.ReadingService(text);
            Assert.True(read.Errors.Count == 0, string.Join('\n', read.Errors));
            HoldReadBack(Assert.Single(read.Fleet!.Services));
        },
        iter: Iterations.Times(3_000));

    [Fact]
    public void File_EveryFormOfKey_IsReadBackUnchanged()
    {
        for (var key = 0; key < Keys.Length; key++)
        {
            foreach (var way in Keys[key])
            {
                string[] lines = [.. Keys.Where((_, index) => index < 2 && index != key).Select(ways => ways[0]), way];
                var read = Given.ReadingService(string.Join('\n', lines.Where(line => line.Length > 0)));
                Assert.True(read.Errors.Count == 0, $"{way}\n{string.Join('\n', read.Errors)}");
                HoldReadBack(Assert.Single(read.Fleet!.Services));
            }
        }
    }

    private static void HoldReadBack(ServiceSpec service)
    {
        var text = Encoding.UTF8.GetString(ServiceWriter.File(service));
        var again = Given.Reading(text);
        Assert.True(again.Errors.Count == 0, $"{text}\n{string.Join('\n', again.Errors)}");
        Assert.Equal(service, Assert.Single(again.Fleet!.Services));
    }
}
