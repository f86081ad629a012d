using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>What the two images have and declare.</summary>
public sealed class ImageFilesTests(Stores stores) : ImageTest(stores)
{
    private const long MiB = 1 << 20;

    /// <summary>Each size has some room: a package more is no failure, a second copy of the daemon is.</summary>
    [Theory]
    [InlineData("reuseportd", 120)]
    [InlineData("reuseportd-files", 40)]
    public async Task Image_Labels_HaveTheVersion(string name, int mostMiB)
    {
        var image = await InspectAsync(name);
        var labels = image["Config"]!["Labels"]!;
        Assert.Equal(await Podman.VersionAsync(), (string?)labels["org.opencontainers.image.version"]);
        Assert.Equal(name, (string?)labels["org.opencontainers.image.title"]);
        // The base is a Debian, whose packages have many licences.
        Assert.Equal(
            name == "reuseportd" ? null : "MIT AND Apache-2.0", (string?)labels["org.opencontainers.image.licenses"]);
        var size = (long)image["Size"]!;
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {size} bytes");
        Assert.InRange(size, MiB, mostMiB * MiB);
    }

    [Fact]
    public async Task Image_Base_RunsTheDaemonAsAnOrdinaryUser()
    {
        var image = await InspectAsync("reuseportd");
        Assert.Equal("65532:65532", (string?)image["Config"]!["User"]);
        Assert.Equal("SIGTERM", (string?)image["Config"]!["StopSignal"]);
        Assert.Equal(["CMD", "/usr/bin/reuseportctl", "status"], Words(image["Healthcheck"]!["Test"]!));
        Assert.Equal("/usr/bin/reuseportd", Words(image["Config"]!["Entrypoint"]!)[0]);
    }

    [Fact]
    public async Task Image_Files_AreTheProgramsAndTheirPapers()
    {
        var listed = await ListAsync("reuseportd-files");
        // Podman makes the folders that a container needs.
        var files = listed.Where(line => line.StartsWith("usr/", StringComparison.Ordinal) && !line.EndsWith('/'));
        Assert.Equal(
            [
                "usr/bin/reuseportctl", "usr/bin/reuseportd", "usr/lib/reuseportd/libreuseport.so",
                "usr/share/doc/reuseportd/LICENSE", "usr/share/doc/reuseportd/THIRD-PARTY-NOTICES",
                "usr/share/doc/reuseportd/reuseportd.cdx.json",
                "usr/share/reuseportd/reuseportd.schema.json",
            ],
            files.Order(StringComparer.Ordinal));
    }

    /// <summary>As the documents use it: the version of a release, and <c>latest</c> for COPY --from.</summary>
    [Theory]
    [InlineData("reuseportd")]
    [InlineData("reuseportd-files")]
    public async Task Archive_Tags_AreTheVersionAndLatest(string name)
    {
        var manifest = await Command.RunAsync(
            "tar", ["--extract", "--to-stdout", "--file", Podman.Archive(name), "manifest.json"]);
        var tags = Assert.Single(JsonNode.Parse(manifest.Out)!.AsArray())!["RepoTags"]!.AsArray().Select(tag => $"{tag}");
        Assert.Equal(
            [$"localhost/{name}:{Checkout.Version}", $"localhost/{name}:latest"], tags.Order(StringComparer.Ordinal));
    }

    /// <summary>The umask of the build does not count. The daemon of the base is an ordinary user.</summary>
    [Theory]
    [InlineData("reuseportd")]
    [InlineData("reuseportd-files")]
    public async Task Image_OwnFiles_AreReadableForEachUser(string name)
    {
        var listed = await ListAsync(name, "--verbose");
        var own = listed.Where(line => line.Contains("reuseport", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(own);
        Assert.All(own, line => Assert.Matches("^([d-]......r.[xt]|-......r..|l)", line));
    }

    /// <summary>The image's own list of packages is that of dpkg, and has the NuGet packages besides.</summary>
    [Fact]
    public async Task Sbom_OfTheBase_NamesEachPackageOfTheImage()
    {
        var podman = Stores.Of(Stores.Root);
        var text = await podman.DoAsync(
            "run", "--rm", "--network=none", "--entrypoint=cat", Podman.Image, "/usr/share/doc/reuseportd/image.cdx.json");
        var installed = await podman.DoAsync(
            "run", "--rm", "--network=none", "--entrypoint=dpkg-query", Podman.Image,
            "--show", "--showformat=${Package} ${Version}\n");
        var bill = JsonNode.Parse(text)!;
        var components = bill["components"]!.AsArray().Select(node => node!).ToArray();

        Assert.Equal(("CycloneDX", "1.6"), ((string?)bill["bomFormat"], (string?)bill["specVersion"]));
        Assert.Equal(await Podman.VersionAsync(), (string?)bill["metadata"]!["component"]!["version"]);
        var debian = components.Where(component => $"{component["purl"]}".StartsWith("pkg:deb/", StringComparison.Ordinal));
        Assert.Equal(
            installed.Split('\n').Order(StringComparer.Ordinal),
            debian.Select(component => $"{component["name"]} {component["version"]}").Order(StringComparer.Ordinal));
        var linked = components.Where(component => (string?)component["scope"] == "required")
            .Select(component => (string?)component["name"]);
        Assert.Superset(new HashSet<string?> { "Serilog", "YamlDotNet", "System.CommandLine" }, linked.ToHashSet());
        Assert.Equal(components.Length, components.Select(component => (string?)component["bom-ref"]).Distinct().Count());
    }

    /// <summary>The files of an image, as tar lists them.</summary>
    private async Task<string[]> ListAsync(string name, params string[] options)
    {
        var podman = Stores.Of(Stores.Root);
        var container = await podman.DoAsync("create", $"localhost/{name}:latest", "/none");
        try
        {
            await podman.DoAsync("export", "--output", Folder["files.tar"], container);
        }
        finally
        {
            await podman.DoAsync("rm", container);
        }

        var listed = await Command.RunAsync("tar", ["--list", .. options, "--file", Folder["files.tar"]]);
        return listed.Out.Split('\n');
    }

    private async Task<JsonNode> InspectAsync(string name) => JsonNode.Parse(
        await Stores.Of(Stores.Root).DoAsync("image", "inspect", $"localhost/{name}:latest"))![0]!;

    private static string[] Words(JsonNode list) => [.. list.AsArray().Select(word => $"{word}")];
}
