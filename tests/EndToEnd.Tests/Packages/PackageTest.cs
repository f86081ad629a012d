using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Systemd;

namespace EndToEnd.Tests.Packages;

/// <summary>A test of the Debian packages. It finds a machine without them.</summary>
[Collection<PackageCollection>]
public abstract class PackageTest(PackageMachine machine) : IAsyncLifetime
{
    private protected const int Port = 8080;
    private protected const int Copies = 4;
    private protected const string Configuration = "/etc/reuseportd/reuseportd.yaml";

    /// <summary>The version of the sources.</summary>
    private protected static string Present => Checkout.Version;

    /// <summary>A later version, of the same sources: NEXT in build-aux/packages.mk.</summary>
    private protected static string Next { get; } = Following(Present);

    private protected PackageMachine Machine => machine;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(machine.Obstacle is not null, $"no systemd can be booted here: {machine.Obstacle}");
        // apt does not know packages that were never installed.
        await machine.DoAsync("dpkg", "--purge", "reuseportd", "libreuseport");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result != TestResult.Failed) return;
        var journal = await machine.RunAsync("journalctl", "--identifier=reuseportd", "--lines=60");
        TestContext.Current.TestOutputHelper?.WriteLine(journal.Out);
    }

    /// <summary>Installs a version of both packages, as a user does.</summary>
    /// <returns>The output of apt.</returns>
    private protected Task<string> InstallAsync(string version) =>
        AptAsync("install", Package("reuseportd", version), Package("libreuseport", version));

    private protected static string Package(string name, string version) =>
        $"{PackageMachine.Folder}/{name}_{version}_{Artifacts.Architecture}.deb";

    private protected Task<string> AptAsync(string verb, params string[] packages) => machine.DoAsync(
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes", "--allow-downgrades", verb, .. packages]);

    /// <summary>Four copies of a server of the distribution, in six lines.</summary>
    private protected void ConfigureWeb() => Configure("web", $"""
        services:
          web:
            command: [python3, -m, http.server, "{Port}"]
            workers: {Copies}
            reuseport:
              ports: [{Port}]
        """);

    /// <summary>Writes <c>services.d/NAME.yaml</c>.</summary>
    private protected void Configure(string name, string yaml) =>
        File.WriteAllText(machine.Path($"/etc/reuseportd/services.d/{name}.yaml"), yaml);

    /// <summary>A line of the daemon's own settings. It takes the place of a line with the same key.</summary>
    private protected void SetDaemon(string line)
    {
        var file = machine.Path(Configuration);
        var key = line[..(line.IndexOf(':', StringComparison.Ordinal) + 1)];
        var others = File.ReadAllLines(file).Where(other => !other.StartsWith(key, StringComparison.Ordinal));
        File.WriteAllLines(file, [.. others, line]);
    }

    private protected Task<string> UnitAsync(string verb) => machine.DoAsync("systemctl", verb, "reuseportd");

    private protected async Task<string> PropertyAsync(string name) =>
        (await machine.DoAsync("systemctl", "show", "reuseportd", "--value", "--property", name)).Trim();

    /// <summary>Asserts that this version runs with all workers ready.</summary>
    private protected async Task AssertRunsAsync(string version, int workers, params string[] socket)
    {
        var status = JsonNode.Parse(await machine.DoAsync(["reuseportctl", "status", "-o", "json", .. socket]))!;
        Assert.Equal(version, (string?)status["version"]);
        Assert.Equal(
            Enumerable.Repeat("ready", workers), status["workers"]!.AsArray().Select(worker => (string?)worker!["state"]));
    }

    /// <summary>The processes of all workers.</summary>
    private protected MachineProcess[] Workers() => [.. machine.Workers().OrderBy(process => process.Pid)];

    /// <summary>Requests, each on a connection of its own, from clients outside of the supervisor.</summary>
    private protected HttpClients Load() => new MachineNetwork(machine).Load(Port, clients: 16);

    private protected static void Report(string text) => TestContext.Current.SendDiagnosticMessage(text);

    private static string Following(string version)
    {
        var at = version.LastIndexOf('.') + 1;
        return string.Create(
            CultureInfo.InvariantCulture, $"{version[..at]}{int.Parse(version.AsSpan(at), CultureInfo.InvariantCulture) + 1}");
    }
}
