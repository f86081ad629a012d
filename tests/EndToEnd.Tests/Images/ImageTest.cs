using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>A test with containers of the image, on the loopback network of this host.</summary>
[Collection<StoresCollection>]
public abstract class ImageTest(Stores stores) : IDisposable
{
    /// <summary>
    /// A read-only root with a place for the control socket. Podman's own tmpfs on /run takes the mode of that place away with
    /// runc 1.1.
    /// </summary>
    private protected static readonly string[] ReadOnly = ["--read-only", "--read-only-tmpfs=false", "--tmpfs=/run/reuseportd"];

    private protected Stores Stores { get; } = stores;

    private protected TemporaryFolder Folder { get; } = new();

    private protected Site Site { get; } = new();

    public virtual void Dispose()
    {
        GC.SuppressFinalize(this);
        Site.Dispose();
        Folder.Dispose();
    }

    /// <summary>Starts a container with a configuration and the server hello, and waits until its workers are ready.</summary>
    private protected async Task<Container> StartAsync(Podman podman, string yaml, params string[] options)
    {
        var container = await LaunchAsync(podman, yaml, options);
        await container.EventAsync("started");
        return container;
    }

    private protected async Task<Container> LaunchAsync(Podman podman, string yaml, params string[] options)
    {
        var configuration = Folder.Write("reuseportd.yaml", yaml);
        var hello = await Folder.CopyAsync(Checkout.Built("hello/hello"), "hello");
        return new Container(podman,
        [
            "--network=host", "--volume", $"{configuration}:/etc/reuseportd/reuseportd.yaml:ro",
            "--volume", $"{hello}:/usr/local/bin/hello:ro", .. options, Podman.Image,
        ]);
    }

    /// <summary>Four workers of hello.</summary>
    private protected string Hello(string more = "") => $$"""
        services:
          web:
            command: [hello, "{{Site.Port}}", {{Site.Address}}]
            workers: 4
            reuseport: { ports: [{{Site.Port}}] }
        {{more}}
        """;

    /// <summary>Asks until each of the four workers has answered.</summary>
    private protected async Task AssertFourAnswerAsync()
    {
        var answers = new HashSet<string>();
        await Deadline.UntilAsync(
            async () =>
            {
                answers.Add(await Ask.HttpAsync(Site.Address, Site.Port));
                return answers.Count == 4;
            },
            "four workers answer");
    }
}
