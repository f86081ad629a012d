using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>
/// The daemon of an ordinary user without XDG_RUNTIME_DIR: its socket is in /tmp, where another user can create the path first.
/// </summary>
public sealed class OwnSocketTests : DaemonTest
{
    // Users without an entry, one for each test.
    private const int Served = 61_251;
    private const int Preceded = 61_252;

    [Fact]
    public async Task NoRuntimeDirectory_BothEndsFindTheSame()
    {
        Root.Require();
        using var place = new Place(Served);
        Directory.CreateDirectory(Daemon.Config);
        var script = $"{Artifacts.Daemon} --config {Daemon.Config} --log json & daemon=$!\n"
                     + $"until {Artifacts.Control} status 2>/dev/null; do kill -0 $daemon || exit 9; done\n"
                     + "kill -TERM $daemon; wait $daemon";
        var both = await AsAsync(Served, "sh", "-c", script);

        Assert.Equal((0, ""), (both.Code, both.Error));
        Assert.Contains("0 of 0 workers ready", both.Out, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(place.Path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(place.Path));
    }

    [Theory]
    [InlineData("root", "700")]
    [InlineData("own", "755")]
    public async Task Start_DirectoryOfAnotherUser_Fails(string owner, string mode)
    {
        Root.Require();
        using var place = new Place(Preceded);
        Directory.CreateDirectory(place.Path);
        if (owner == "own") await Command.RunAsync("chown", [$"{Preceded}", place.Path]);
        File.SetUnixFileMode(place.Path, (UnixFileMode)Convert.ToInt32(mode, 8));
        Directory.CreateDirectory(Daemon.Config);
        var start = await AsAsync(Preceded, Artifacts.Daemon, "--config", Daemon.Config, "--log", "json");

        Assert.Equal((78, ""), (start.Code, start.Out));
        Assert.Contains($"{place.Path} ", start.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(place.Path));
    }

    private static Task<Command> AsAsync(int user, params string[] command) =>
        Command.RunAsync("setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", .. command]);

    private sealed class Place(int user) : IDisposable
    {
        public string Path { get; } = $"/tmp/reuseportd-{user}";

        public void Dispose()
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        }
    }
}
