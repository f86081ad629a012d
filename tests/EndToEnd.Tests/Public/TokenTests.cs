using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>A port whose requests need a token.</summary>
public sealed class TokenTests : PublicTest
{
    private const string First = "first-token-4711";
    private const string Second = "second-token-4712";

    private static readonly string[] Closed = ["/metrics", "/v1/status", "/v1/events?follow=false", "/none"];
    private static readonly string[] Open = ["/healthz", "/readyz", "/readyz/web"];

    [Fact]
    public async Task Token_IsNeeded_ExceptForHealth()
    {
        await StartAsync(First);
        foreach (var path in Closed)
        {
            var refused = await GetAsync(path);
            Assert.Equal((path, 401), (path, refused.Status));
            Assert.Equal(["Bearer"], refused.Headers["WWW-Authenticate"]);
            Assert.Equal(401, (await GetAsync(path, "Authorization", "Bearer wrong")).Status);
            Assert.Equal(401, (await GetAsync(path, "Authorization", $"Basic {First}")).Status);
            Assert.Equal(path == "/none" ? 404 : 200, (await GetAsync(path, "Authorization", $"Bearer {First}")).Status);
        }

        foreach (var path in Open) Assert.Equal((path, 200), (path, (await GetAsync(path)).Status));
    }

    [Fact]
    public async Task Token_ChangedFile_IsReadAgain()
    {
        await StartAsync(First);
        Assert.Equal((200, 401), await StatusesAsync());
        Daemon.Folder.Write("token", $"{Second}\n");
        Assert.Equal((401, 200), await StatusesAsync());
        File.Delete(Daemon.Folder["token"]);
        Assert.Equal((503, 503), await StatusesAsync());
        var missing = await Daemon.EventAsync("token");
        Assert.Equal("ENOENT", missing["REUSEPORT_REASON"]);
        Daemon.Folder.Write("token", "\n");
        Assert.Equal((503, 503), await StatusesAsync());
        Assert.Equal(503, (await GetAsync("/metrics", "Authorization", "Bearer ")).Status);
        await Daemon.EventAsync("token", after: missing);
        Assert.Equal(2, Daemon.Events("token").Length);
        Daemon.Folder.Write("token", First);
        Assert.Equal((200, 401), await StatusesAsync());
    }

    [Theory]
    [InlineData(null, "listen_token_file: the token cannot be read: ENOENT\n")]
    [InlineData(" \n", "listen_token_file: the token cannot be read: the file has no token\n")]
    public async Task Token_CannotBeRead_DaemonDoesNotStart(string? text, string reason)
    {
        if (text is not null) Daemon.Folder.Write("token", text, "600");
        ConfigureDaemon($"listen_token_file: {Daemon.Folder["token"]}");
        ConfigureWeb();
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", Daemon.Config]);
        Assert.Equal((1, reason), (check.Code, check.Error));
        var start = await Command.RunAsync(
            Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket, "--log", "json"]);
        Assert.Equal((78, $"reuseportd: {reason}"), (start.Code, start.Error));
    }

    [Fact]
    public async Task Token_EachUserCanReadIt_IsAWarning()
    {
        Daemon.Folder.Write("token", First, "644");
        ConfigureDaemon($"listen_token_file: {Daemon.Folder["token"]}");
        ConfigureWeb();
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", Daemon.Config]);
        Assert.Equal(0, check.Code);
        Assert.Contains(Daemon.Folder["token"], check.Error, StringComparison.Ordinal);
        await Daemon.StartAsync();
        await Daemon.EventAsync("token");
        await Daemon.StopAsync();
    }

    /// <summary>As a copy that keeps the time of its original: only the file is another one.</summary>
    [Fact]
    public async Task Token_OtherFileOfTheSameTime_IsReadAgain()
    {
        await StartAsync(First);
        Assert.Equal((200, 401), await StatusesAsync());
        var other = Daemon.Folder.Write("other", Second + "-longer");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(Daemon.Folder["token"]));
        File.Move(other, Daemon.Folder["token"], overwrite: true);
        Assert.Equal((401, 401), await StatusesAsync());
        Assert.Equal(200, (await GetAsync("/metrics", "Authorization", $"Bearer {Second}-longer")).Status);
    }

    private async Task<(int First, int Second)> StatusesAsync() => (
        (await GetAsync("/metrics", "Authorization", $"Bearer {First}")).Status,
        (await GetAsync("/metrics", "Authorization", $"Bearer {Second}")).Status);

    private async Task StartAsync(string token)
    {
        Daemon.Folder.Write("token", $"{token}\n", "600");
        ConfigureDaemon($"listen_token_file: {Daemon.Folder["token"]}");
        ConfigureWeb();
        await Daemon.StartAsync();
    }
}
