using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>The Containerfiles of docs/guide/containers.md, built as they are. They install packages of Debian.</summary>
internal static partial class OwnImage
{
    public const string Name = "localhost/web:latest";

    /// <summary>The configuration that the Containerfiles copy.</summary>
    public const string Configuration = """
        services:
          web:
            command: [python3, -m, http.server, "8080"]
            workers: 4
            reuseport: { ports: [8080] }
        """;

    /// <summary>An image of a Debian that knows nothing of reuseportd, with the files of the second image.</summary>
    public static Task BuildAsync(Podman podman) => BuildAsync(podman, "FROM debian:12", Name, Configuration);

    /// <param name="first">The first line of the Containerfile.</param>
    public static async Task BuildAsync(Podman podman, string first, string name, string configuration)
    {
        if ((await podman.RunAsync("image", "exists", name)).Code == 0) return;
        using var context = new TemporaryFolder();
        context.Write("reuseportd.yaml", configuration);
        context.Write("Containerfile", Containerfiles().Single(text => text.StartsWith(first, StringComparison.Ordinal)));
        if ((await podman.RunAsync("image", "exists", "docker.io/library/debian:12")).Code != 0)
            await podman.DoAsync("import", Checkout.Built("image/context/root.tar"), "docker.io/library/debian:12");
        // The isolation of chroot needs no runtime, and the network of the host no bridge.
        await podman.DoAsync(
            "build", "--quiet", "--pull=never", "--isolation=chroot", "--network=host", "--format=docker", "--tag", name,
            context[""]);
    }

    private static IEnumerable<string> Containerfiles() =>
        Listing().Matches(File.ReadAllText(Checkout.At("docs/guide/containers.md")))
            .Select(listing => listing.Groups["text"].Value);

    [GeneratedRegex("^```dockerfile\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Listing();
}
