using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary><c>listen: unix:PATH</c>.</summary>
public sealed class PathSocketTests : PublicTest
{
    private const int Times = 3;

    private string Path => Daemon.Folder["metrics.sock"];

    private string LockPath => $"{Path}.lock";

    [Fact]
    public async Task Socket_AnswersAsThePort_AndGoesAtTheStop()
    {
        await StartAsync($"listen: [{Listen}, 'unix:{Path}']");
        Assert.Equal("660\n", (await Command.RunAsync("stat", ["-c", "%a", Path])).Out);
        Assert.Equal(("ok\n", "200"), await AskAsync("/readyz/web"));
        Assert.Equal("ok\n", (await GetAsync("/readyz/web")).Body);
        var (metrics, _) = await AskAsync("/metrics");
        Assert.Contains("reuseportd_workers_wanted{service=\"web\"} 2", metrics, StringComparison.Ordinal);
        await Daemon.StopAsync();
        Assert.False(File.Exists(Path) || File.Exists(LockPath));
    }

    /// <summary>A browser cannot connect, so any name is permitted; a page behind a proxy is still not a stranger's.</summary>
    [Fact]
    public async Task Request_NameOfTheHost_IsNotChecked()
    {
        await StartAsync($"listen: [{Listen}, 'unix:{Path}']");
        Assert.Equal("200", (await AskAsync("/metrics", "-H", "Host: stranger.example")).Status);
        Assert.Equal(421, (await GetAsync("/metrics", "Host", "stranger.example")).Status);
        Assert.Equal("403", (await AskAsync("/metrics", "-H", "Origin: http://stranger.example")).Status);
        Assert.Equal("405", (await AskAsync("/metrics", "-X", "POST")).Status);
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Token_IsNeeded()
    {
        Daemon.Folder.Write("token", "4711\n");
        await StartAsync($"listen: 'unix:{Path}'", $"listen_token_file: {Daemon.Folder["token"]}");
        Assert.Equal("401", (await AskAsync("/metrics")).Status);
        Assert.Equal("200", (await AskAsync("/metrics", "-H", "Authorization: Bearer 4711")).Status);
        Assert.Equal("200", (await AskAsync("/healthz")).Status);
        await Daemon.StopAsync();
    }

    /// <summary>A connection that has sent no request when the program leaves is closed; none is refused.</summary>
    [Fact]
    public async Task Reexec_UnderRequests_NoneIsRefused()
    {
        await StartAsync($"listen: 'unix:{Path}'");
        var inode = await InodeAsync();
        await using var load = Load.Start(AskWhileReplacedAsync, clients: 2);
        for (var time = 0; time < Times; time++)
        {
            await load.AnswersAsync(10);
            Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        }

        await load.AnswersAsync(10);
        Assert.Empty(await load.StopAsync());
        Assert.Equal(inode, await InodeAsync());
        await Daemon.StopAsync();
        Assert.False(File.Exists(Path) || File.Exists(LockPath));
    }

    [Fact]
    public async Task Reexec_PathIsGone_MakesTheSocketAgain()
    {
        await StartAsync($"listen: 'unix:{Path}'");
        File.Delete(Path);
        Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        await Deadline.UntilAsync(async () => (await CurlAsync("/readyz")).Code == 0, "the new socket answers");
        Assert.Equal(("ok\n", "200"), await AskAsync("/readyz"));
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Start_StaleSocketOfAKilledDaemon_IsReplaced()
    {
        await StartAsync($"listen: 'unix:{Path}'");
        await Daemon.DieAsync();
        Assert.True(File.Exists(Path));
        await Daemon.StartAsync();
        Assert.Equal("200", (await AskAsync("/readyz")).Status);
        await Daemon.StopAsync();
    }

    [Theory]
    [InlineData("file")]
    [InlineData("link")]
    [InlineData("listener")]
    [InlineData("lock")]
    public async Task Start_PathOfAnother_FailsAndKeepsIt(string kind)
    {
        var precious = Daemon.Folder.Write("precious", "precious");
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (kind == "file") File.Copy(precious, Path);
        if (kind == "link") File.CreateSymbolicLink(Path, precious);
        if (kind == "lock") File.Copy(precious, LockPath);
        if (kind == "listener")
        {
            other.Bind(new UnixDomainSocketEndPoint(Path));
            other.Listen();
        }

        Daemon.Folder.Write("etc/reuseportd.yaml", $"listen: 'unix:{Path}'\n");
        var start = await Command.RunAsync(
            Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket, "--log", "json"]);
        Assert.Equal(78, start.Code);
        Assert.StartsWith("reuseportd: listen: ", start.Error, StringComparison.Ordinal);
        Assert.Equal(kind == "lock", !File.Exists(Path));
        Assert.Equal(kind == "link" ? precious : null, new FileInfo(Path).LinkTarget);
        Assert.Equal("precious", await File.ReadAllTextAsync(precious));
        Assert.Equal(kind == "lock", File.Exists(LockPath));
    }

    [Theory]
    [InlineData("socket_group: \"65534\"")]
    [InlineData("socket_read_only_group: \"65534\"")]
    public async Task Start_Group_OwnsTheSocketAndOthersAreRefused(string key)
    {
        Root.Require();
        await StartAsync($"listen: 'unix:{Path}'", key);
        Assert.Equal("0 65534 660\n", (await Command.RunAsync("stat", ["-c", "%u %g %a", Path])).Out);
        // The folder of the test is root's alone.
        File.SetUnixFileMode(System.IO.Path.GetDirectoryName(Path)!, (UnixFileMode)0x1ED);
        string[] request = ["curl", "-s", "--unix-socket", Path, "http://x/healthz"];
        Assert.Equal("ok\n", (await AsUserAsync("65534", request)).Out);
        Assert.NotEqual(0, (await AsUserAsync("65533", request)).Code);
        await Daemon.StopAsync();
    }

    private static Task<Command> AsUserAsync(string group, string[] command) =>
        Command.RunAsync("setpriv", ["--reuid", "65533", "--regid", group, "--clear-groups", .. command]);

    private async Task StartAsync(params string[] lines)
    {
        Programs.Require("curl", "curl");
        Daemon.Folder.Write("etc/reuseportd.yaml", string.Join('\n', [.. lines, ""]));
        ConfigureWeb();
        await Daemon.StartAsync();
    }

    /// <summary>The program that leaves may close the connection without an answer. It must not be refused.</summary>
    private async Task AskWhileReplacedAsync()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(Path)).WaitAsync(Deadline.Patience);
        var answer = "";
        try
        {
            await client.SendAsync("GET /readyz HTTP/1.0\r\nHost: x\r\n\r\n"u8.ToArray());
            using var reader = new StreamReader(new NetworkStream(client));
            answer = await reader.ReadToEndAsync().WaitAsync(Deadline.Patience);
        }
        catch (Exception closed) when (closed is SocketException or IOException)
        {
            // As above.
        }

        Assert.True(answer.Length == 0 || answer.EndsWith("\r\n\r\nok\n", StringComparison.Ordinal), answer);
    }

    private async Task<(string Body, string Status)> AskAsync(string path, params string[] arguments)
    {
        var answer = await CurlAsync(path, arguments);
        Assert.Equal((path, 0), (path, answer.Code));
        return (answer.Out[..^3], answer.Out[^3..]);
    }

    private Task<Command> CurlAsync(string path, params string[] arguments) => Command.RunAsync(
        "curl", ["-s", "--max-time", "20", "--unix-socket", Path, "-w", "%{http_code}", $"http://x{path}", .. arguments]);

    private async Task<string> InodeAsync() => (await Command.RunAsync("stat", ["-c", "%i", Path])).Out;
}
