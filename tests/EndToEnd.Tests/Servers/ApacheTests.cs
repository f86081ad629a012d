using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

/// <summary>
/// The default configuration of apache2 has one pid file. A second copy ends with code 0, and only its last line names the
/// cause.
/// </summary>
public sealed class ApacheTests : DaemonTest
{
    [Fact]
    public async Task Start_CopiesWithOnePidFile_SecondHasItsLastLine()
    {
        await StartFirstAsync();
        var line = $"httpd (pid {Daemon.PidOf("web@0")}) already running";

        var start = await Daemon.ControlAsync("start", "web");
        Assert.Equal(1, start.Code);
        Counts.AssertLine(start.Out, "web", 1, 2);
        Facts.AssertIn(start.Error, "web@1", "backoff", "exit code 0", line, "'reuseportctl logs web'");

        using var status = JsonDocument.Parse((await Daemon.ControlAsync("status", "web", "-o", "json")).Out);
        var workers = status.RootElement.GetProperty("workers");
        Assert.False(workers[0].TryGetProperty("last_line", out _));
        Assert.Equal("exit code 0", workers[1].GetProperty("detail").GetString());
        Assert.Equal(line, workers[1].GetProperty("last_line").GetString());
        var table = (await Daemon.ControlAsync("status", "web")).Out;
        Assert.Matches($"\nweb@1: exit code 0; .*: {System.Text.RegularExpressions.Regex.Escape(line)}\n$", table);
    }

    [Fact]
    public async Task Restart_ReplacementFindsThePidFile_OldProcessServesOn()
    {
        await StartFirstAsync();
        var before = Daemon.PidOf("web@0");

        var restart = await Daemon.ControlAsync("restart", "web@0");
        Assert.Equal(1, restart.Code);
        Counts.AssertLine(restart.Out, "web", 1, 1, 1);
        Facts.AssertIn(restart.Error, "web@0", "exit code 0", $"httpd (pid {before}) already running", "'reuseportctl logs web'");
    }

    [Fact]
    public async Task Apply_EachCopyHasItsOwnPidFile_BothServe()
    {
        await StartFirstAsync();
        Configure("{worker}");
        var apply = await Daemon.ApplyAsync();
        Assert.Equal([0, 1, 0, 0, 1, 2], Counts.In(apply.Out));
        Counts.AssertLine((await Daemon.ControlAsync("start", "web")).Out, "web", 2, 2);
    }

    private async Task StartFirstAsync()
    {
        Configure("");
        await Daemon.StartAsync();
        Assert.Equal("web: 1 of 1 workers ready\n", (await Daemon.ControlAsync("start", "web@0")).Out);
        // Apache writes the file after its listen(2).
        await Deadline.UntilAsync(
            () => new FileInfo(Daemon.Folder["httpd.pid"]) is { Exists: true, Length: > 0 }, "the pid file is there");
    }

    /// <param name="own">Part of the name of each copy's pid file.</param>
    private void Configure(string own)
    {
        var apache = Programs.Require("apache2", "apache2-bin");
        const string modules = "/usr/lib/apache2/modules";
        var configuration = Daemon.Folder.Write(
            "httpd.conf",
            $"""
            ServerRoot {Daemon.Folder[""]}
            ServerName localhost
            User nobody
            Group nogroup
            LoadModule mpm_event_module {modules}/mod_mpm_event.so
            LoadModule authz_core_module {modules}/mod_authz_core.so
            Listen {Address}:{Port}
            Mutex pthread
            ErrorLog /dev/stderr
            """);
        Daemon.Configure($$"""
            services:
              web:
                command:
                  [{{apache}}, -D, FOREGROUND, -f, {{configuration}}, -c, "PidFile {{Daemon.Folder["httpd" + own + ".pid"]}}"]
                workers: 2
                autostart: false
                reuseport: { ports: [{{Port}}] }
                restart: { delay: 60s, max_delay: 60s }
            """);
    }
}
