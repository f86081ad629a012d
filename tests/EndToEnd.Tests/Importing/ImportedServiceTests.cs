using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Importing;

/// <summary>A program of supervisord, imported, is started and answers.</summary>
public sealed class ImportedServiceTests : DaemonTest
{
    [Fact]
    public async Task Import_SupervisordProgram_Serves()
    {
        var python = Programs.Require("python3", "python3");
        Daemon.Folder.Write("site/hello.txt", "hello of an import");
        var source = Daemon.Folder.Write(
            "supervisord.conf",
            $"""
            [program:site]
            command={python} -m http.server {Port} --bind {Address}
            directory=%(here)s/site
            numprocs=2
            process_name=%(program_name)s_%(process_num)02d
            autorestart=true
            stopsignal=INT
            environment=GREETING="a, b"
            """);
        var import = await Command.RunAsync(
            Artifacts.Control, ["import", "-o", Daemon.Folder["etc/services.d/"], source]);
        Assert.Equal(0, import.Code);

        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("status", "site@0", "site@1")).Code);
        Assert.Equal("hello of an import", await Ask.HttpAsync(Address, Port, "/hello.txt"));
    }

    /// <summary>A server that does not use PORT is ready, although foreman would give it another port.</summary>
    [Fact]
    public async Task Import_ProcfileWithAPortOfItsOwn_Serves()
    {
        var python = Programs.Require("python3", "python3");
        Daemon.Folder.Write("site/hello.txt", "hello of a Procfile");
        Daemon.Folder.Write(
            "site/serve.py",
            $"""
            from http.server import ThreadingHTTPServer, SimpleHTTPRequestHandler
            ThreadingHTTPServer(('{Address}', {Port}), SimpleHTTPRequestHandler).serve_forever()
            """);
        var source = Daemon.Folder.Write("site/Procfile", $"web: {python} serve.py\n");
        Assert.Equal(
            0, (await Command.RunAsync(Artifacts.Control, ["import", "-o", Daemon.Folder["etc/services.d/"], source])).Code);

        await Daemon.StartAsync();
        Assert.Equal(0, (await Daemon.ControlAsync("status", "web@0")).Code);
        await Deadline.UntilAsync(() => Listeners.On(Port).Length > 0, "the server listens");
        Assert.Equal("hello of a Procfile", await Ask.HttpAsync(Address, Port, "/hello.txt"));
    }
}
