using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Launch;

/// <summary>The environment, arguments and directory of a worker, read from its process.</summary>
public sealed class EnvironmentTests : DaemonTest
{
    [Fact]
    public async Task Templates_EachWorker_HasItsValues()
    {
        foreach (var number in (string[])["0", "1"]) Directory.CreateDirectory(Daemon.Folder[$"home/{number}"]);
        var udp = $"udp4,127.{Port / 256}.{Port % 256}.{{10+worker}},{Port}";
        Daemon.Configure($$$"""
            services:
              web:
                command: "{{{Checkout.Worker("binds")}}} tcp4,{{{Address}}},{{{Port}}} {{{udp}}}"
                workers: 2
                working_dir: "{{{Daemon.Folder["home"]}}}/{worker}"
                environment: { NAME: "{service}-{worker}", ADMIN_PORT: "{9000+worker}", LITERAL: "{{worker}", PLAIN: "a b" }
                reuseport: { ports: [{{{Port}}}] }
            """);
        await Daemon.StartAsync();

        foreach (var number in (int[])[0, 1])
        {
            var pid = Daemon.PidOf($"web@{number}");
            var environment = Processes.Environment(pid);
            string[] entries =
            [
                $"NAME=web-{number}", $"ADMIN_PORT={9000 + number}", "LITERAL={worker}", "PLAIN=a b", "REUSEPORT_SERVICE=web",
                $"REUSEPORT_WORKER={number}", "REUSEPORT_WORKERS=2",
            ];
            foreach (var entry in entries) Assert.Contains(entry, environment);
            Assert.Equal(Daemon.Folder[$"home/{number}"], new FileInfo($"/proc/{pid}/cwd").LinkTarget);
            await Daemon.LineAsync($"bound udp4 {Daemon.Site.AddressOf(10 + number)} {Port}", $"web@{number}");
        }
    }

    [Fact]
    public async Task Environment_OfTheLibrary_HasTheServiceSettingsOnly()
    {
        Daemon.Environment["LIBREUSEPORT_PORT"] = "1";
        Daemon.Environment["LIBREUSEPORT_BACKLOG"] = "1";
        Daemon.Environment["SO_REUSEADDR"] = "1";
        Daemon.Environment["SO_BINDTODEVICE"] = "none0";
        Daemon.Environment["NOTIFY_SOCKET"] = "/nowhere";
        Daemon.Environment["ALSO"] = "inherited";
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                reuseport: { ports: [{{Port}}, 9000-9010], address: [{{Address}}, "10.0.0.0/8"] }
                readiness: { type: delay, delay: 0s }
            """);
        await Daemon.StartAsync();
        await Daemon.LineAsync("ready");

        var environment = Processes.Environment(Daemon.PidOf("web@0"));
        foreach (var entry in (string[])
                 [
                     $"LIBREUSEPORT_PORT={Port},9000-9010", $"LIBREUSEPORT_ADDR={Address},10.0.0.0/8", "LIBREUSEPORT_DEBUG=1",
                     "SO_REUSEPORT=1", "SO_REUSEADDR=-1", "ALSO=inherited", $"LD_PRELOAD={Artifacts.Library}",
                 ])
            Assert.Contains(entry, environment);
        foreach (var name in (string[])["LIBREUSEPORT_BACKLOG", "SO_BINDTODEVICE", "NOTIFY_SOCKET"])
            Assert.DoesNotContain(environment, entry => entry.StartsWith(name + "=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Environment_OwnPreload_FollowsTheLibrary(bool fromDaemon)
    {
        var theirs = await Daemon.Folder.CopyAsync(Artifacts.Library, "theirs.so");
        if (fromDaemon) Daemon.Environment["LD_PRELOAD"] = theirs;
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                workers: 2
                environment: { {{(fromDaemon ? "OTHER: x" : $"LD_PRELOAD: {theirs}")}} }
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        Assert.Contains($"LD_PRELOAD={Artifacts.Library}:{theirs}", Processes.Environment(Daemon.PidOf("web@0")));
        Assert.Contains(theirs, await File.ReadAllTextAsync($"/proc/{Daemon.PidOf("web@0")}/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnvironmentFile_EachStart_ReadsItAgain()
    {
        var file = Daemon.Folder.Write("web.env", "# of the day\nCOLOUR=red\nQUOTED=\"two words\"\nMODE=file\n");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                env_file: [{{file}}, "-{{Daemon.Folder["none.env"]}}"]
                environment: { MODE: service }
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        var first = Processes.Environment(Daemon.PidOf("web@0"));
        foreach (var entry in (string[])["COLOUR=red", "QUOTED=two words", "MODE=service"]) Assert.Contains(entry, first);

        Daemon.Folder.Write("web.env", "COLOUR=blue\n");
        Processes.Signal(Daemon.PidOf("web@0"), Processes.Kill);
        var exit = await Daemon.EventAsync("exit");
        await Daemon.EventAsync("ready", after: exit);

        var second = Processes.Environment(Daemon.PidOf("web@0"));
        Assert.Contains("COLOUR=blue", second);
        Assert.DoesNotContain("QUOTED=two words", second);
    }

    [Fact]
    public async Task EnvironmentFile_Missing_FailsTheStart()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                env_file: [{{Daemon.Folder["none.env"]}}]
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        var error = await Daemon.EventAsync("spawn_error", "web@0");
        Assert.Equal(("env_file", "2"), (error["REUSEPORT_STEP"], error["ERRNO"]));
        Assert.Contains($"{Daemon.Folder["none.env"]}: ENOENT", error.Message, StringComparison.Ordinal);
    }
}
