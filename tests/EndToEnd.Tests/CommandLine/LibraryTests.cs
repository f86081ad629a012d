using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

/// <summary>The places where the daemon looks for its library, and its errors without a library.</summary>
public sealed class LibraryTests : DaemonTest
{
    [Fact]
    public async Task Library_Missing_NothingStarts()
    {
        var binary = await Daemon.Folder.CopyAsync(Artifacts.Daemon, "prefix/bin/reuseportd");
        Directory.CreateDirectory(Daemon.Config);
        var start = await Command.RunAsync(binary, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket]);

        Assert.Equal((78, ""), (start.Code, start.Out));
        Facts.AssertIn(
            start.Error, Daemon.Folder["prefix/lib/libreuseport.so"], Daemon.Folder["prefix/lib/reuseportd/libreuseport.so"],
            "--preload");
    }

    [Fact]
    public async Task Library_GivenPathIsMissing_Fails()
    {
        Directory.CreateDirectory(Daemon.Config);
        var start = await Command.RunAsync(
            Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket, "--preload", "/no/such.so"]);

        Assert.Equal(78, start.Code);
        Assert.Contains("/no/such.so", start.Error, StringComparison.Ordinal);
    }

    /// <summary>ld.so(8) would read such a path as two.</summary>
    [Theory]
    [InlineData("with space.so")]
    [InlineData("with:colon.so")]
    public async Task Library_PathThatTheLoaderSplits_Fails(string name)
    {
        Directory.CreateDirectory(Daemon.Config);
        var library = await Daemon.Folder.CopyAsync(Artifacts.Library, name);
        var start = await Command.RunAsync(
            Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket, "--preload", library]);

        Assert.Equal(78, start.Code);
        Assert.Contains($"'{library}'", start.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prefix/lib/libreuseport.so")]
    [InlineData("prefix/lib/reuseportd/libreuseport.so")]
    [InlineData("elsewhere/my.so")]
    public async Task Library_Installed_IsFound(string place)
    {
        Daemon.Binary = await Daemon.Folder.CopyAsync(Artifacts.Daemon, "prefix/bin/reuseportd");
        var library = await Daemon.Folder.CopyAsync(Artifacts.Library, place, "644");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                workers: 2
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync(place.StartsWith("prefix", StringComparison.Ordinal) ? [] : ["--preload", library]);

        Assert.Contains($"LD_PRELOAD={library}", Processes.Environment(Daemon.PidOf("web@0")));
        Assert.Equal(2, Daemon.Events("ready").Length);
    }
}
