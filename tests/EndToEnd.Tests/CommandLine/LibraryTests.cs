using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

/// <summary>Where the daemon looks for its library, and what it says where there is none.</summary>
public sealed class LibraryTests : DaemonTest
{
    [Fact]
    public async Task Missing_IsSaidAndNothingStarts()
    {
        var binary = await Daemon.Folder.CopyAsync(Artifacts.Daemon, "prefix/bin/reuseportd");
        Directory.CreateDirectory(Daemon.Config);
        var start = await Command.RunAsync(binary, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket]);

        Assert.Equal((78, ""), (start.Code, start.Out));
        Assert.Equal(
            $"reuseportd: the preload library is missing: there is no {Daemon.Folder["prefix/lib/libreuseport.so"]} and no "
            + $"{Daemon.Folder["prefix/lib/reuseportd/libreuseport.so"]}; name it with --preload\n",
            start.Error);
    }

    [Fact]
    public async Task GivenAndMissing_IsSaid()
    {
        Directory.CreateDirectory(Daemon.Config);
        var start = await Command.RunAsync(Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket, "--preload", "/no/such.so"]);

        Assert.Equal(78, start.Code);
        Assert.Contains("there is no /no/such.so", start.Error, StringComparison.Ordinal);
    }

    /// <summary>ld.so(8) would read such a path as two.</summary>
    [Theory]
    [InlineData("with space.so")]
    [InlineData("with:colon.so")]
    public async Task PathThatCannotBePreloaded_IsSaid(string name)
    {
        Directory.CreateDirectory(Daemon.Config);
        var library = await Daemon.Folder.CopyAsync(Artifacts.Library, name);
        var start = await Command.RunAsync(Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket, "--preload", library]);

        Assert.Equal(78, start.Code);
        Assert.Contains($"cannot be used from '{library}'", start.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prefix/lib/libreuseport.so")]
    [InlineData("prefix/lib/reuseportd/libreuseport.so")]
    [InlineData("elsewhere/my.so")]
    public async Task Installed_IsFound(string place)
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
