using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Sections;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

public sealed class NextStartTests
{
    private static readonly DaemonSpec Started = new(LogForm.Auto, LogThreshold.Debug, "/run/a.sock", "/lib/a.so", 4)
    {
        SocketGroup = "wheel", SocketReadOnlyGroup = "staff", Steering = SteeringChoice.None, KeepWorkers = false,
        Listen = new ListenSpec(["127.0.0.1:9180"])
        {
            HasDetails = true, Hosts = ["web1"], TokenFile = "/etc/token", LabelsWorkers = true,
            Certificate = new CertificateSpec("/etc/cert.pem", "/etc/key.pem"), OtlpEndpoint = "http://127.0.0.1:4318",
        },
        AgentCheck = ["127.0.0.1:9181"], StopGrace = TimeSpan.FromSeconds(10), ExitOnFailed = ["web"],
    };

    [Fact]
    public void Warnings_EveryKeyChanged_NamesEach() => Assert.Equal(
        new[]
        {
            "log", "log_level", "socket", "socket_group", "socket_read_only_group", "preload", "steering", "keep_workers",
            "agent_check", "shutdown", "exit_on_failed", "listen", "listen_details", "listen_hosts", "listen_token_file",
            "listen_tls", "otlp_endpoint", "metrics_per_worker", "start_parallelism",
        }
            .Select(key => $"/etc/reuseportd: warning: {key}: takes effect at the next start of reuseportd"),
        NextStart.Warnings("/etc/reuseportd", Started, DaemonSpec.Default).Select(warning => warning.ToString()));

    /// <summary>Each key of the daemon's settings has a warning.</summary>
    [Fact]
    public void Warnings_AllKeysOfTheDaemon_AreCovered() => Assert.Equal(
        DaemonReader.Keys.Select(key => key.Name).Order(),
        NextStart.Warnings("", Started, DaemonSpec.Default).Select(warning => warning.Path).Order());

    [Fact]
    public void Warnings_NothingChanged_AreEmpty() =>
        Assert.Empty(NextStart.Warnings("/etc/reuseportd", Started, Started with { }));

    [Fact]
    public void Warnings_KeepWorkersWrittenWithItsDefault_AreEmpty() =>
        Assert.Empty(NextStart.Warnings("", DaemonSpec.Default, DaemonSpec.Default with { KeepWorkers = true }));

    [Fact]
    public void Warnings_GraceWrittenWithItsDefault_AreEmpty() =>
        Assert.Empty(NextStart.Warnings("", DaemonSpec.Default, DaemonSpec.Default with { StopGrace = TimeSpan.Zero }));

    [Fact]
    public void Warnings_UnusableFile_AreEmpty() => Assert.Empty(NextStart.Warnings("/etc/reuseportd", Started, null));
}
