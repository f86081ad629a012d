using Reuseportd.Control.Import;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Output;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>What Compose files leave to variables, to images and to defaults.</summary>
public sealed class ComposeTests
{
    private static readonly Dictionary<string, string> DotEnv = new()
    {
        [".env"] = "FULL=full\nEMPTY=\nCOMMENTED=3000 # of the web server\nQUOTED=\"a # b\"\n",
    };

    [Theory]
    [InlineData("$FULL ${FULL} $$FULL", "full full $FULL", 0)]
    [InlineData("${FULL:-word} ${EMPTY:-word} ${NONE:-word}", "full word word", 0)]
    [InlineData("${FULL-word} <${EMPTY-word}> ${NONE-word}", "full <> word", 0)]
    [InlineData("${FULL:+word} <${EMPTY:+word}> <${NONE:+word}>", "word <> <>", 0)]
    [InlineData("${FULL+word} ${EMPTY+word} <${NONE+word}>", "word word <>", 0)]
    [InlineData("${FULL:?no} ${FULL?no} <${EMPTY?no}>", "full full <>", 0)]
    [InlineData("<${EMPTY:?no}>", "<>", 1)]
    [InlineData("<${NONE?no}>", "<>", 1)]
    [InlineData("<$NONE>", "<>", 1)]
    [InlineData("${NONE:-${EMPTY:-${FULL}}}", "full", 0)]
    [InlineData("${NONE:-{a}}", "{a}", 0)]
    [InlineData("<${FULL!}>", "<>", 1)]
    [InlineData("<${}>", "<>", 1)]
    [InlineData("a$", "a$", 0)]
    [InlineData("a$-", "a$-", 1)]
    [InlineData("$COMMENTED $QUOTED", "3000 a # b", 0)]
    public void Interpolation_EachForm_IsThatOfCompose(string text, string value, int missing)
    {
        var sample = Read($"command: a\n    environment: {{ A: '{text}' }}", DotEnv);
        var written = YamlText.Scalar(value.Replace("{", "{{", StringComparison.Ordinal));
        Assert.Contains($"      A: {written}\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(missing, sample.Missing);
    }

    /// <summary>The word is not lost from the command.</summary>
    [Fact]
    public void Interpolation_EmptyVariable_HasTheDefaultInACommand() =>
        Assert.Contains("command: [a, b]\n", Read("command: a ${EMPTY:-b}", DotEnv).Yaml, StringComparison.Ordinal);

    [Theory]
    [InlineData("environment: [ FULL ]", "FULL: full")]
    [InlineData("environment: { FULL: }", "FULL: full")]
    [InlineData("environment: { EMPTY: }", "EMPTY: \"\"")]
    public void Environment_NameOnly_HasTheValueOfDotEnv(string key, string line) =>
        Assert.Contains($"      {line}\n", Read($"command: a\n    {key}", DotEnv).Yaml, StringComparison.Ordinal);

    [Theory]
    [InlineData("environment: [ NONE ]")]
    [InlineData("environment: { NONE: }")]
    [InlineData("environment: { A: [ 1 ] }")]
    [InlineData("environment: 5")]
    [InlineData("ports: '80:80'")]
    [InlineData("ports: [ { published: 80 } ]")]
    [InlineData("depends_on: { other: { condition: service_completed_successfully } }")]
    [InlineData("healthcheck: { interval: 5s }")]
    [InlineData("healthcheck: { test: a }")]
    [InlineData("deploy: { mode: global }")]
    [InlineData("deploy: { replicas: many }")]
    [InlineData("deploy: { restart_policy: { condition: sometimes } }")]
    [InlineData("scale: many")]
    [InlineData("restart: sometimes")]
    [InlineData("restart: 'on-failure:many'")]
    [InlineData("mem_limit: many")]
    [InlineData("pids_limit: many")]
    [InlineData("labels: [ traefik.enable=true ]")]
    [InlineData("logging: { driver: syslog }")]
    [InlineData("stop_grace_period: soon")]
    [InlineData("extends: other")]
    [InlineData("extends: { service: web, file: other.yaml }")]
    [InlineData("extends: web")]
    [InlineData("deploy: { resources: { reservations: { devices: [ { count: 1 } ] } } }")]
    [InlineData("depends_on: { other: { conditions: x } }")]
    [InlineData("env_file: { path: a.env, format: raw }")]
    [InlineData("env_file: { path: a.env, formats: x }")]
    [InlineData("ports: [ { target: 80, protocol: sctp } ]")]
    [InlineData("ports: [ '80:80/sctp' ]")]
    [InlineData("ports: [ { target: 80, publish: 81 } ]")]
    [InlineData("healthcheck: { test: [ NONE ], intervall: 5s }")]
    public void Key_WithoutACounterpart_IsMissing(string key) => Assert.Equal(1, Read($"command: a\n    {key}").Missing);

    [Theory]
    [InlineData("command: a, healthcheck: { disable: true }")]
    [InlineData("command: a, healthcheck: { test: [ NONE ] }")]
    [InlineData("command: a, deploy: { mode: replicated }")]
    [InlineData("command: a, ports: [ { target: 80, protocol: udp, mode: host, name: x }, '81/udp' ]")]
    [InlineData("command: a, mem_limit: 0, pids_limit: -1, cpus: 0")]
    [InlineData("command: a, restart: no, tty: true, ports: [ ], environment: ")]
    public void Key_AsTheDaemonDoes_HasNoRemark(string keys) => Assert.All(
        Sample.Read(Kinds.Compose, "c.yaml", $"services: {{ web: {{ {keys} }} }}").Remarks,
        remark => Assert.Equal("reuseport", remark.Key));

    [Theory]
    [InlineData("image: redis:7", "[/bin/false]")]
    [InlineData("build: .", "[/bin/false]")]
    [InlineData("image: traefik, command: [ --api, --ping ]", "[/bin/false, \"--api\", \"--ping\"]")]
    [InlineData("image: x, command: 'a \"b'", "[/bin/false]")]
    [InlineData("image: x, entrypoint: '', command: [ ]", "[/bin/false]")]
    public void Command_OfTheImage_IsMissing_AndTheServiceKeepsItsKeys(string keys, string command)
    {
        var sample = Sample.Read(
            Kinds.Compose, "c.yaml", $"services: {{ web: {{ {keys}, ports: [ 80 ], environment: {{ A: b }}, mem_limit: 1g }} }}");
        foreach (var line in (ReadOnlySpan<string>)
            [$"command: {command}", "autostart: false", "ports: [80]", "A: b", "memory_max: 1GiB"])
            Assert.Contains($" {line}\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Contains(sample.Remarks, remark => remark is { Weight: Weight.Missing, Key: "command" });
    }

    [Theory]
    [InlineData("services: { a: { command: x, command: y } }", 30)]
    [InlineData("services: { a: { command: x, environment: { B: 1, B: 2 } } }", 51)]
    [InlineData("services: { a: { command: x }, a: { command: y } }", 32)]
    public void Keys_Twice_AreAnError(string text, int column) =>
        Assert.Equal(column, Assert.Single(Sample.Read(Kinds.Compose, "c.yaml", text).Errors).Column);

    [Fact]
    public void Override_BesideTheFile_IsMissing()
    {
        var files = new Dictionary<string, string> { ["compose.override.yaml"] = "services: {}\n" };
        const string text = "services: { web: { command: a } }";
        Assert.Equal(1, Sample.Read(Kinds.Compose, "compose.yaml", text, files).Missing);
        Assert.Equal(0, Sample.Read(Kinds.Compose, "other.yaml", text, files).Missing);
    }

    private static Sample Read(string keys, IReadOnlyDictionary<string, string>? files = null) =>
        Sample.Read(Kinds.Compose, "c.yaml", $"services:\n  web:\n    {keys}\n", files);
}
