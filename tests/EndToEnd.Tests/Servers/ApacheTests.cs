using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

/// <summary>
/// apache2 as it comes has one pid file. A second copy says so in its last line and ends with code 0, so nothing but that line
/// tells the user what is wrong.
/// </summary>
public sealed class ApacheTests : DaemonTest
{
    [Fact]
    public async Task Start_TheCopiesHaveOnePidFile_TheSecondSaysSo()
    {
        await StartFirstAsync();
        var line = $"httpd (pid {Daemon.PidOf("web@0")}) already running";

        var start = await Daemon.ControlAsync("start", "web");
        Assert.Equal(
            (1, "web: 1 of 2 workers ready\n",
             $"reuseportctl: web@1 is not ready: backoff: exit code 0; its last line: {line}\nreuseportctl: see 'reuseportctl logs web'\n"),
            (start.Code, start.Out, start.Error));

        using var status = JsonDocument.Parse((await Daemon.ControlAsync("status", "web", "-o", "json")).Out);
        var workers = status.RootElement.GetProperty("workers");
        Assert.False(workers[0].TryGetProperty("last_line", out _));
        Assert.Equal("exit code 0", workers[1].GetProperty("detail").GetString());
        Assert.Equal(line, workers[1].GetProperty("last_line").GetString());
        var table = (await Daemon.ControlAsync("status", "web")).Out;
        Assert.EndsWith($"\nweb@1: exit code 0; its last line: {line}\n", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_TheReplacementMeetsThePidFile_TheWorkerServesOnAndSaysWhy()
    {
        await StartFirstAsync();
        var before = Daemon.PidOf("web@0");

        var restart = await Daemon.ControlAsync("restart", "web@0");
        Assert.Equal((1, "web: 1 of 1 workers ready, 1 of them not replaced\n"), (restart.Code, restart.Out));
        Assert.Equal(
            $"reuseportctl: web@0: not replaced: exit code 0; last line of its replacement: httpd (pid {before}) already running\n"
            + "reuseportctl: see 'reuseportctl logs web'\n",
            restart.Error);
    }

    [Fact]
    public async Task Apply_EachCopyHasItsOwnPidFile_BothServe()
    {
        await StartFirstAsync();
        Configure("{worker}");
        Assert.Equal("services: 0 added, 1 changed, 0 removed, 0 unchanged; 1 of 2 workers ready\n", (await Daemon.ApplyAsync()).Out);
        Assert.Equal("web: 2 of 2 workers ready\n", (await Daemon.ControlAsync("start", "web")).Out);
    }

    private async Task StartFirstAsync()
    {
        Configure("");
        await Daemon.StartAsync();
        Assert.Equal("web: 1 of 1 workers ready\n", (await Daemon.ControlAsync("start", "web@0")).Out);
        // It writes the file behind its listen(2).
        await Deadline.UntilAsync(() => new FileInfo(Daemon.Folder["httpd.pid"]) is { Exists: true, Length: > 0 }, "the pid file is there");
    }

    /// <param name="own">What the pid file of each copy has in its name.</param>
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
                command: [{{apache}}, -D, FOREGROUND, -f, {{configuration}}, -c, "PidFile {{Daemon.Folder["httpd" + own + ".pid"]}}"]
                workers: 2
                autostart: false
                reuseport: { ports: [{{Port}}] }
                restart: { delay: 60s, max_delay: 60s }
            """);
    }
}
