using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Systemd;

namespace EndToEnd.Tests.Upgrades;

/// <summary>
/// A test with ten versions of the daemon, 1.0.1 to 1.0.10, which <c>make test-upgrades</c> builds from one source. The later
/// ones write another form of the state, with a value more.
/// </summary>
public abstract partial class UpgradeTest(Machine machine) : SuccessionTest(machine)
{
    /// <summary>The versions after this one write the later form: LATER in the Makefile.</summary>
    private protected const int LastOfFormerForm = 5;

    /// <summary>The number of a later version that has read a state without the value.</summary>
    private const int FirstTakeover = 101;

    private const string StateFile = "/memfd:reuseportd-state";
    private const string Program = "/usr/bin/reuseportd";
    private int _takeovers;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        if (Machine.Obstacle is null) Install(Artifacts.Daemon);
    }

    /// <summary>Exchanges the program on disk.</summary>
    private protected void Install(int version) => Install(Checkout.Built($"versions/{version}/reuseportd"));

    /// <summary>Starts a version with the servers of <see cref="SuccessionTest"/>.</summary>
    private protected async Task StartAsync(int version)
    {
        Install(version);
        ConfigureServers();
        await StartAsync();
        await AssertVersionAsync(version, former: null);
    }

    /// <summary>The version runs, has taken all workers over from the former one, and writes its form of the state.</summary>
    private protected async Task AssertVersionAsync(int version, int? former)
    {
        var status = JsonNode.Parse(await Machine.DoAsync("reuseportctl", "status", "-o", "json"))!;
        Assert.Equal(Name(version), (string?)status["version"]);
        Assert.Equal(former is not null, status["adopted"] is not null);
        if (status["adopted"] is { } adopted)
            Assert.Equal((WorkerCount, WorkerCount), ((int)adopted["workers"]!, (int)adopted["of"]!));
        var state = await StateAsync();
        var isLater = version > LastOfFormerForm;
        Assert.Equal(isLater ? 3 : 2, Number(Form(), state));
        Assert.Equal(isLater, Takeovers().IsMatch(state));
        if (!isLater) return;
        _takeovers = former is null ? 0 : former > LastOfFormerForm ? _takeovers + 1 : FirstTakeover;
        Assert.Equal(_takeovers, Number(Takeovers(), state));
    }

    private protected static string Name(int version) => string.Create(CultureInfo.InvariantCulture, $"1.0.{version}");

    private void Install(string program)
    {
        var place = Machine.Path(Program);
        File.Copy(program, place + ".new", overwrite: true);
        File.Move(place + ".new", place, overwrite: true);
    }

    /// <summary>The records that the daemon keeps for its successor.</summary>
    private async Task<string> StateAsync()
    {
        var descriptors = Directory.GetFiles(Machine.Path($"/proc/{await MainPidAsync()}/fd"));
        var state = Assert.Single(
            descriptors, path => new FileInfo(path).LinkTarget?.StartsWith(StateFile, StringComparison.Ordinal) == true);
        return Encoding.UTF8.GetString(await File.ReadAllBytesAsync(state));
    }

    private static int Number(Regex pattern, string text) =>
        int.Parse(pattern.Match(text).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("\"form\":(\\d+)")]
    private static partial Regex Form();

    [GeneratedRegex("\"takeovers\":(\\d+)")]
    private static partial Regex Takeovers();
}
