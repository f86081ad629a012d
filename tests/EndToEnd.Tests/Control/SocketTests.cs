using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>The control socket: its owner, existing files at its path, and the limits of clients.</summary>
public sealed class SocketTests : DaemonTest
{
    private string LockPath => Daemon.ControlSocket + ".lock";

    [Fact]
    public async Task Start_FileAtThePath_FailsAndKeepsIt()
    {
        var file = Daemon.Folder.Write("control.sock", "precious");
        var start = await RefusedAsync();

        Assert.Equal($"reuseportd: {file} exists and is not a socket; remove or rename that file\n", start.Error);
        Assert.Equal("precious", await File.ReadAllTextAsync(file));
        Assert.False(File.Exists(LockPath));
    }

    [Fact]
    public async Task Start_LinkAtThePath_FailsAndKeepsIt()
    {
        var file = Daemon.Folder.Write("other", "precious");
        File.CreateSymbolicLink(Daemon.ControlSocket, file);
        var start = await RefusedAsync();

        Assert.Contains(Daemon.ControlSocket, start.Error, StringComparison.Ordinal);
        Assert.Equal(file, new FileInfo(Daemon.ControlSocket).LinkTarget);
    }

    [Fact]
    public async Task Start_MissingDirectory_FailsAndDoesNotCreateIt()
    {
        Directory.CreateDirectory(Daemon.Config);
        var directory = Daemon.Folder["none/deep"];
        var start = await Command.RunAsync(Artifacts.Daemon, ["--config", Daemon.Config, "--socket", $"{directory}/x.sock"]);

        Assert.Equal(
            (78, $"reuseportd: the control socket {directory}/x.sock cannot be made: directory {directory} does not exist\n"),
            (start.Code, start.Error));
        Assert.False(Directory.Exists(Daemon.Folder["none"]));
    }

    [Fact]
    public async Task Start_FileAtThePathOfTheLock_FailsAndKeepsIt()
    {
        Daemon.Folder.Write("control.sock.lock", "precious");
        var start = await RefusedAsync();

        Assert.Equal(
            $"reuseportd: {LockPath} exists and is not a lock file of reuseportd; remove or rename that file\n", start.Error);
        Assert.Equal("precious", await File.ReadAllTextAsync(LockPath));
    }

    [Fact]
    public async Task Start_AnotherProgramListens_Fails()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Daemon.ControlSocket));
        other.Listen();
        var start = await RefusedAsync();

        Assert.Equal($"reuseportd: another program is running: it answers on {Daemon.ControlSocket}\n", start.Error);
        Assert.True(File.Exists(Daemon.ControlSocket));
    }

    [Fact]
    public async Task Start_SecondDaemon_FailsAndTheFirstServesOn()
    {
        await Daemon.StartAsync();
        var start = await RefusedAsync();

        Assert.Equal($"reuseportd: another reuseportd is running: it holds {LockPath}\n", start.Error);
        Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
    }

    [Fact]
    public async Task Start_ManyDaemonsAtOnce_OneRuns()
    {
        Directory.CreateDirectory(Daemon.Config);
        // The refused daemons end by themselves. The last daemon that runs gets SIGTERM.
        var daemon = $"{Artifacts.Daemon} --config {Daemon.Config} --socket {Daemon.ControlSocket}";
        var script = $"for n in 1 2 3 4 5; do {daemon} & pids=\"$pids $!\"; done\n"
                     + $"until {Artifacts.Control} --socket {Daemon.ControlSocket} status; do :; done >/dev/null 2>&1\n"
                     + "running() { for pid in $pids; do grep -L '^State:.Z' /proc/$pid/status; done 2>/dev/null | wc -l; }\n"
                     + "until [ $(running) = 1 ]; do :; done\n"
                     + "kill -TERM $pids 2>/dev/null; for pid in $pids; do wait $pid; echo \"exit $?\"; done";
        var run = await Command.RunAsync("sh", ["-c", script]);

        var exits = run.Out.Split('\n').Where(line => line.StartsWith("exit", StringComparison.Ordinal));
        Assert.Equal(["exit 0", .. Enumerable.Repeat("exit 78", 4)], exits.Order());
    }

    [Fact]
    public async Task Start_StaleSocketOfAKilledDaemon_IsReplaced()
    {
        await Daemon.StartAsync();
        await Daemon.DieAsync();
        Assert.True(File.Exists(Daemon.ControlSocket));
        await Daemon.StartAsync();
        await Daemon.StopAsync();

        Assert.False(File.Exists(Daemon.ControlSocket));
        Assert.False(File.Exists(LockPath));
    }

    [Fact]
    public async Task Stop_SocketWasReplaced_KeepsTheNewSocket()
    {
        await Daemon.StartAsync();
        File.Delete(Daemon.ControlSocket);
        Daemon.Folder.Write("control.sock", "somebody else's");
        await Daemon.StopAsync();

        Assert.Equal("somebody else's", await File.ReadAllTextAsync(Daemon.ControlSocket));
    }

    [Fact]
    public async Task Start_SocketGroup_OwnsTheSocket()
    {
        Root.Require();
        Daemon.Folder.Write("etc/reuseportd.yaml", "socket_group: \"65534\"\n");
        await Daemon.StartAsync();
        var stat = await Command.RunAsync("stat", ["-c", "%u %g %a", Daemon.ControlSocket]);

        Assert.Equal("0 65534 660\n", stat.Out);
    }

    [Fact]
    public async Task Start_GroupCannotBeSet_FailsAndLeavesNoSocket()
    {
        Root.Require();
        Daemon.Folder.Write("etc/reuseportd.yaml", "socket_group: \"65534\"\n");
        var start = await Command.RunAsync(
            "setpriv",
            [
                "--bounding-set", "-chown", Artifacts.Daemon, "--config", Daemon.Config, "--socket", Daemon.ControlSocket,
                "--log", "json",
            ]);

        Assert.Equal(
            (78, $"reuseportd: the control socket {Daemon.ControlSocket} cannot be given to the group '65534': EPERM\n"),
            (start.Code, start.Error));
        Assert.False(File.Exists(Daemon.ControlSocket));
        Assert.False(File.Exists(LockPath));
    }

    [Fact]
    public async Task Connections_BeyondTheLimit_CloseTheOldest()
    {
        await Daemon.StartAsync();
        List<Socket> clients = [];
        try
        {
            // One connection beyond the limit: the daemon closes the first connection.
            for (var number = 0; number <= 1024; number++) clients.Add(await Daemon.ConnectAsync());
            await Deadline.UntilAsync(() => clients.Exists(HasEnded), "a client too many is hung up on");
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }

        using var later = await Daemon.ConnectAsync();
        await later.SendAsync("GET /v1/status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
        await using var stream = new NetworkStream(later);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync().WaitAsync(Deadline.Patience);

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nServer:", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Stop_SilentClient_Ends()
    {
        await Daemon.StartAsync();
        using var silent = await Daemon.ConnectAsync();
        using var api = Daemon.Api();
        Assert.NotEmpty(await api.GetStringAsync("/v1/status"));
        await Daemon.StopAsync();

        Assert.True(HasEnded(silent));
    }

    private static bool HasEnded(Socket client) => client.Poll(0, SelectMode.SelectRead) && client.Available == 0;

    private async Task<Command> RefusedAsync()
    {
        Directory.CreateDirectory(Daemon.Config);
        var start = await Command.RunAsync(
            Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket, "--log", "json"]);
        Assert.Equal((78, ""), (start.Code, start.Out));
        return start;
    }
}
