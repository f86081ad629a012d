using Reuseportd.Control.Import;
using Reuseportd.Control.Import.Programs;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>Files of supervisord, as Python's configparser and supervisord's own conversions read them.</summary>
public sealed class SupervisordTests
{
    /// <summary>Only a line with more indentation than its key continues the value.</summary>
    [Fact]
    public void Read_IndentedKeys_AreKeys()
    {
        var sample = Read(
            "[program:web]\n  command=/bin/g -b :8000\n  directory=/srv\n\n  environment=A=1,\n      B=2\n  user=www\n");
        Assert.Contains("command: [/bin/g, \"-b\", \":8000\"]\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Contains("working_dir: /srv\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Contains("      A: \"1\"\n      B: \"2\"\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Contains("user: www\n", sample.Yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("numprocs=%(ENV_N)s", "workers:")]
    [InlineData("numprocs=2x", "workers:")]
    [InlineData("autostart=%(ENV_X)s", "autostart:")]
    [InlineData("autostart=maybe", "autostart:")]
    [InlineData("stopwaitsecs=10s", "stop_grace_period:")]
    [InlineData("startretries=unlimited", "max_attempts:")]
    [InlineData("stopsignal=%(ENV_S)s", "stop_signal:")]
    [InlineData("umask=9", "umask:")]
    [InlineData("directory=%(ENV_D)s", "working_dir:")]
    [InlineData("environment=A=\"%(ENV_B)s\"", "A:")]
    [InlineData("environment=A", "A:")]
    public void Read_ValueThatIsNotPlain_IsMissing(string key, string setting)
    {
        var sample = Read($"[program:web]\ncommand=web\n{key}\n");
        Assert.DoesNotContain(
            sample.Yaml.Split('\n'), line => line.Trim().StartsWith(setting, StringComparison.Ordinal));
        Assert.Equal(1, sample.Missing);
        Assert.Equal(3, sample.Remarks.Single(remark => remark.Weight == Weight.Missing).Place.Line);
    }

    /// <summary>supervisord replaces the name first, and splits the command then.</summary>
    [Theory]
    [InlineData("%(ENV_COMMAND)s", "set -f; exec $COMMAND")]
    [InlineData("app %(ENV_OPTS)s --x=%(ENV_Y)s.z", "set -f; exec app $OPTS --x=${{Y}.z")]
    [InlineData("app \\\"%(ENV_OPTS)s\\\"", "set -f; exec app '\\\"'${{OPTS}'\\\"'")]
    [InlineData("app \"a %(ENV_OPTS)s\"", "exec app 'a '\\\"${{OPTS}\\\"")]
    public void Command_WithAVariableOfTheHost_NeedsAShell(string command, string line) => Assert.Contains(
        $"command: [/bin/sh, \"-c\", \"{line}\"]\n", Read($"[program:web]\ncommand={command}\n").Yaml, StringComparison.Ordinal);

    /// <summary>The shell has nothing for a variable that the daemon does not have.</summary>
    [Fact]
    public void Command_WithAVariableOfTheHost_IsMissing()
    {
        Assert.Equal(1, Read("[program:web]\ncommand=web --tries=%(ENV_TRIES)s\n").Missing);
        Assert.Equal(0, Read("[program:web]\ncommand=web --tries=%(ENV_TRIES)s\nenvironment=TRIES=3\n").Missing);
    }

    [Theory]
    [InlineData("%(host_node_name)s", 0, "command: [web, \"--a=source.example\"]")]
    [InlineData("%(other)s", 1, "autostart: false")]
    public void Command_WithAnotherName_IsKnownOrDoesNotStart(string name, int missing, string line)
    {
        var sample = Read($"[program:web]\ncommand=web --a={name}\nautostart=true\n");
        Assert.Contains($"    {line}\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(missing, sample.Missing);
    }

    [Theory]
    [InlineData("[inet_http_server]\nport=*:9001\n", 1, 1)]
    [InlineData("[rpcinterface:twiddler]\na=b\n", 1, 1)]
    [InlineData("[rpcinterface:supervisor]\n"
        + "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n", 0, 0)]
    [InlineData("[ctlplugin:x]\na=b\n", 1, 1)]
    [InlineData("[unix_http_server]\nfile=/s\n", 1, 0)]
    [InlineData("[supervisorctl]\nserverurl=unix:///s\n", 1, 0)]
    [InlineData("[program-default]\na=b\n", 1, 0)]
    [InlineData("[supervisord]\nstrip_ansi=true\nchildlogdir=/x\n", 1, 0)]
    [InlineData("[supervisord]\nuser=www\n", 0, 0)]
    public void Section_OfSupervisordItself_HasARemark(string section, int remarks, int missing)
    {
        var sample = Read($"{section}[program:web]\ncommand=web\n");
        Assert.Equal(remarks, sample.Remarks.Count(remark => remark.Key.Length == 0));
        Assert.Equal(missing, sample.Missing);
    }

    [Theory]
    [InlineData("startsecs=0", 1)]
    [InlineData("startsecs=2", 0)]
    public void StartTime_OfZero_HasARemark(string key, int remarks) => Assert.Equal(
        remarks, Read($"[program:web]\ncommand=web\n{key}\n").Remarks.Count(remark => remark.Key == "readiness"));

    [Fact]
    public void Command_WithAVariableOfTheSource_HasItsWords()
    {
        var sample = Read(
            "[supervisord]\nenvironment=A=\"u v\"\n[program:web]\ncommand=app %(ENV_A)s %(ENV_B)s\nenvironment=B=w\n");
        Assert.Contains("command: [app, u, v, w]\n", sample.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Include_Here_IsTheDirectoryOfTheIncludedFile()
    {
        var sample = Read(
            "[include]\nfiles=conf.d/[ab]*.conf conf.d/%(ENV_X)s.conf %(host_node_name)s/*.conf\n",
            ("conf.d/a.conf", "[program:a]\ncommand=%(here)s/run.sh\n"), ("conf.d/c.conf", "[program:c]\ncommand=c\n"),
            ($"{Sample.HostName}/d.conf", "[program:d]\ncommand=d\n"));
        Assert.Contains("command: [/srv/source/conf.d/run.sh]\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Contains("  d:\n", sample.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("  c:", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(1, sample.Missing);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("autorestart=unexpected\n", 0)]
    [InlineData("exitcodes=0,143\n", 1)]
    [InlineData("exitcodes=0,143\nautorestart=true\n", 0)]
    public void ExitCodes_MatterForUnexpected(string keys, int missing) =>
        Assert.Equal(missing, Read($"[program:web]\ncommand=web\n{keys}").Missing);

    /// <summary>The reason is in the comments of the file, as there is no service.</summary>
    [Fact]
    public void Command_ThatCannotBeRead_HasItsReason() => Assert.Contains(
        "# missing: s.conf:2: the command cannot be read: the quote \" is not closed\n",
        Read("[program:web]\ncommand=web \"a\n").Yaml, StringComparison.Ordinal);

    [Fact]
    public void Supervisord_Minfds_IsALimitOfThePrograms() => Assert.Contains(
        "nofile: 65536\n", Read("[supervisord]\nminfds=65536\n[program:web]\ncommand=web\n").Yaml, StringComparison.Ordinal);

    private static Sample Read(string text, params (string Name, string Text)[] files) =>
        Sample.Read(Kinds.Supervisord, "s.conf", text, files.ToDictionary(file => file.Name, file => file.Text));
}
