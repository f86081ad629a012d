using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Preload;

/// <summary>
/// Outcome lines go to the daemon's pipe only, with any file at descriptor 2 of a child. A daemon that does not read delays no
/// worker. <c>debug</c> is true, the default.
/// </summary>
public sealed class StderrTests : DaemonTest
{
    private const int Stop = 19;
    private const int Continue = 18;

    /// <summary>Far above the 100 ms that a bind may wait, for a busy machine; far below a wait for each bind.</summary>
    private const int LongestMilliseconds = 10_000;

    /// <summary>
    /// A server that answers each connection with the stderr of a child, which is a file of the kind in the request. The child
    /// binds a socket and writes its own line.
    /// </summary>
    private const string Server = """
        import os, pty, socket, subprocess, sys, tempfile, time

        CHILD = "import os, socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); os.write(2, b'own\\n')"
        python = [sys.executable, "-c", CHILD]

        def captured():
            return subprocess.run(python, stderr=subprocess.PIPE).stderr

        def shell():
            return subprocess.run(["sh", "-c", '"$0" -c "$1"; exit 0', sys.executable, CHILD], stderr=subprocess.PIPE).stderr

        def git():
            return subprocess.run(["git", "--git-dir=/nonexistent", "log"], stderr=subprocess.PIPE).stderr

        def appended():
            with tempfile.NamedTemporaryFile("ab") as log:
                subprocess.run(python, stderr=log)
                return open(log.name, "rb").read()

        def between():
            writer = subprocess.Popen(python, stderr=subprocess.PIPE)
            reader = subprocess.run(["cat"], stdin=writer.stderr, stdout=subprocess.PIPE)
            writer.wait()
            return reader.stdout

        def terminal():
            master, slave = pty.openpty()
            subprocess.run(python, stderr=slave)
            read = os.read(master, 4096)
            os.close(master)
            os.close(slave)
            return read.replace(b"\r", b"")

        def inherited():
            child = subprocess.Popen(python)
            child.wait()
            return str(child.pid).encode()

        def bind():
            return binds(1)

        def binds(count=2000):
            before = time.monotonic()
            for _ in range(count):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                    one.bind(("127.0.0.1", 0))
            return str(int((time.monotonic() - before) * 1000)).encode()

        server = socket.create_server((sys.argv[1], int(sys.argv[2])))
        while True:
            client, _ = server.accept()
            with client:
                client.sendall(globals()[client.recv(100).decode().strip()]())
        """;

    [Theory]
    [InlineData("captured")]
    [InlineData("shell")]
    [InlineData("appended")]
    [InlineData("between")]
    [InlineData("terminal")]
    public async Task Bind_ChildWithAnotherStderr_WritesNoLineIntoIt(string kind)
    {
        await ServeAsync();

        Assert.Equal("own\n", await Ask.TcpAsync(Address, Port, $"{kind}\n"));
        await Daemon.StopAsync();
        Assert.All(Daemon.Events("bind"), bind => Assert.Equal(Daemon.PidOf("web@0"), bind.Pid));
    }

    [Fact]
    public async Task Git_Stderr_HasNoLineOfTheLibrary()
    {
        Programs.Require("git", "git");
        await ServeAsync();

        Assert.Equal("fatal: not a git repository: '/nonexistent'\n", await Ask.TcpAsync(Address, Port, "git\n"));
    }

    [Fact]
    public async Task Bind_ChildWithTheStderrOfTheWorker_IsReported()
    {
        await ServeAsync();

        var child = int.Parse(await Ask.TcpAsync(Address, Port, "inherited\n"), CultureInfo.InvariantCulture);
        Assert.NotEqual(Daemon.PidOf("web@0"), child);
        await Daemon.EventAsync("bind", "web@0", where: bind => bind.Pid == child);
        await Daemon.EventAsync("listen", "web@0", where: listen => listen.Pid == child);
        await Daemon.LineAsync("own", "web@0");
    }

    /// <summary>Descriptor 2 of the child is the client's connection, as under inetd and with many CGI programs.</summary>
    [Fact]
    public async Task Bind_ChildWithTheConnectionAsStderr_SendsNoLineToTheClient()
    {
        var socat = Programs.Require("socat", "socat");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{socat}}, "TCP-LISTEN:{{Port}},bind={{Address}},fork", "EXEC:/bin/ls /nonexistent,nofork,stderr"]
                environment: { LC_ALL: C }
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        // In sequence, as socat's backlog is 5.
        for (var number = 0; number < 20; number++)
            Assert.Equal("/bin/ls: cannot access '/nonexistent': No such file or directory\n", await Ask.TcpAsync(Address, Port));
    }

    [Fact]
    public async Task Bind_DaemonIsStopped_GoesOnAndCountsLostLines()
    {
        await ServeAsync();
        Daemon.Signal(Stop);
        try
        {
            var elapsed = await Ask.TcpAsync(Address, Port, "binds\n");
            Assert.InRange(int.Parse(elapsed, CultureInfo.InvariantCulture), 0, LongestMilliseconds);
        }
        finally
        {
            Daemon.Signal(Continue);
        }

        // The daemon empties the pipe. The next written line then has the number of lost lines.
        await Deadline.UntilAsync(
            async () =>
            {
                await Ask.TcpAsync(Address, Port, "bind\n");
                return Daemon.Events("outcomes_lost", "web@0").Length > 0;
            },
            "the lost lines are counted");
        var lost = Daemon.Events("outcomes_lost", "web@0")[0];
        Assert.InRange(lost.Number("REUSEPORT_COUNT"), 1, 2000);
        Assert.Equal((Daemon.PidOf("web@0"), "4"), (lost.Pid, lost["PRIORITY"]));
        Assert.Empty(Daemon.Events("exit"));
    }

    private Task ServeAsync()
    {
        var python = Programs.Require("python3", "python3");
        var script = Daemon.Folder.Write("server.py", Server);
        Daemon.Configure($$"""
            services:
              web:
                command: [{{python}}, {{script}}, {{Address}}, "{{Port}}"]
                reuseport: { ports: [{{Port}}], debug: true }
            """);
        return Daemon.StartAsync();
    }
}
