using Reuseportd.Control.Import;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>What PM2 decides by the script, and values without a counterpart.</summary>
public sealed class Pm2Tests
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["bin/www"] = "#!/usr/bin/env node\n", ["server"] = "\u007fELF\u0002\0\0", ["tool"] = "console.log(1)\n",
    };

    [Theory]
    [InlineData("./bin/www", "[node, /srv/source/bin/www]", 0)]
    [InlineData("server", "[/srv/source/server]", 0)]
    [InlineData("./server", "[/srv/source/server]", 0)]
    [InlineData("tool", "[node, /srv/source/tool]", 0)]
    [InlineData("npm", "[npm]", 0)]
    [InlineData("python3.11", "[python3.11]", 0)]
    [InlineData("./other", "[node, /srv/source/other]", 1)]
    [InlineData("/opt/x/other", "[/opt/x/other]", 1)]
    [InlineData("a.ts", "[bun, /srv/source/a.ts]", 0)]
    [InlineData("serve", "[serve]", 1)]
    public void Script_ByItsFile_HasItsInterpreter(string script, string command, int missing)
    {
        var sample = Sample.Read(Kinds.Pm2, "p.json", $$"""[ { "name": "web", "script": "{{script}}" } ]""", Files);
        Assert.Contains($"command: {command}\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(missing, sample.Missing);
    }

    /// <summary>PM2 looks for the file, and then into the search path, before it looks at the interpreter.</summary>
    [Theory]
    [InlineData("npm", "none", "[npm]", 0)]
    [InlineData("gunicorn", "python3", "[python3, gunicorn]", 1)]
    [InlineData("server", "none", "[/srv/source/server]", 0)]
    [InlineData("tool", "bun", "[bun, /srv/source/tool]", 0)]
    [InlineData("./other", "none", "[/srv/source/other]", 0)]
    [InlineData("a.py", "python3", "[python3, /srv/source/a.py]", 0)]
    public void Script_WithAnInterpreter_IsAFileOrOfTheSearchPath(
        string script, string interpreter, string command, int missing)
    {
        var sample = Sample.Read(
            Kinds.Pm2, "p.json", $$"""[ { "name": "web", "script": "{{script}}", "interpreter": "{{interpreter}}" } ]""", Files);
        Assert.Contains($"command: {command}\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(missing, sample.Missing);
    }

    [Theory]
    [InlineData("\"instances\": -1")]
    [InlineData("\"env_file\": \".env\"")]
    [InlineData("\"instances\": \"many\"")]
    [InlineData("\"instances\": \"max\", \"increment_var\": \"PORT\", \"env\": { \"PORT\": 3000 }")]
    [InlineData("\"env\": { \"A\": [ 1 ] }")]
    [InlineData("\"env\": \"A=1\"")]
    [InlineData("\"env_production\": { \"A\": 1 }")]
    [InlineData("\"log_file\": \"x.log\"")]
    [InlineData("\"max_restarts\": \"ten\"")]
    [InlineData("\"min_uptime\": \"x\"")]
    [InlineData("\"max_memory_restart\": \"much\"")]
    [InlineData("\"kill_timeout\": \"soon\"")]
    [InlineData("\"interpreter\": \"node@18\"")]
    [InlineData("\"stop_exit_codes\": [ 3 ]")]
    [InlineData("\"cwd\": \"~/app\"")]
    [InlineData("\"cron_restart\": \"0 3 * * *\"")]
    public void Key_WithoutACounterpart_IsMissing(string key) => Assert.Equal(1, Read(key).Missing);

    [Theory]
    [InlineData("\"treekill\": false", "stop_signal")]
    [InlineData("\"listen_timeout\": 8000", "readiness")]
    [InlineData("\"out_file\": \"/proc/1/fd/1\"", "stdout")]
    [InlineData("\"instances\": 2", "")]
    public void Key_WithAnotherMeaning_HasARemark(string keys, string key)
    {
        var sample = Read(keys);
        Assert.Contains(sample.Remarks, remark => remark.Key == key);
        Assert.Equal(0, sample.Missing);
    }

    [Theory]
    [InlineData("\"cron_restart\": 0, \"watch\": false, \"wait_ready\": false, \"vizion\": true, \"env\": {}")]
    [InlineData("\"autorestart\": true, \"autostart\": true, \"treekill\": true, \"log_file\": false")]
    public void Key_AsTheDaemonDoes_HasNoRemark(string keys) =>
        Assert.All(Read(keys).Remarks, remark => Assert.Equal("reuseport", remark.Key));

    /// <summary>The number of workers is not known, so that no range of ports is.</summary>
    [Fact]
    public void Ports_OfAnUnknownNumberOfWorkers_AreAny() => Assert.Contains(
        "ports: any\n",
        Read("\"instances\": \"max\", \"increment_var\": \"PORT\", \"env\": { \"PORT\": 3000 }").Yaml, StringComparison.Ordinal);

    [Fact]
    public void Read_KeysTwiceInYaml_IsAnError() => Assert.Equal(
        (1, 29), Assert.Single(Sample.Read(Kinds.Pm2, "p.yml", "apps: [ { name: a, script: b, script: c } ]").Errors) is var error
            ? (error.Line, error.Column - 2) : default);

    private static Sample Read(string key) =>
        Sample.Read(Kinds.Pm2, "p.json", $$"""[ { "name": "web", "script": "a.js", {{key}} } ]""");
}
