using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>
/// The unit of deploy/quadlet. Podman 4.3 has no Quadlet: the test runs the container with the options that the keys stand for
/// (podman-systemd.unit(5) of 4.4).
/// </summary>
public sealed class QuadletTests(Stores stores) : ImageTest(stores)
{
    private static readonly Dictionary<string, Func<string, string>> Options = new()
    {
        ["Volume"] = value => $"--volume={value}",
        ["Network"] = value => $"--network={value}",
        ["ReadOnly"] = value => $"--read-only={value}",
        ["Tmpfs"] = value => $"--tmpfs={value}",
        ["DropCapability"] = value => $"--cap-drop={value}",
        ["NoNewPrivileges"] = value => $"--security-opt=no-new-privileges={value}",
        ["Notify"] = value => $"--sdnotify={(value == "true" ? "container" : "conmon")}",
    };

    [Fact]
    public async Task Run_OptionsOfTheUnit_NotifiesThatTheWorkersAreReady()
    {
        var podman = Stores.Of(Stores.Root);
        var keys = Section("Container");
        Assert.Equal(["reuseportd"], keys["ContainerName"]);
        Assert.Equal([OwnImage.Name], keys["Image"]);
        keys.Remove("ContainerName");
        keys.Remove("Image");
        Folder.Write("etc/reuseportd.yaml", Hello());
        var hello = await Folder.CopyAsync(Checkout.Built("hello/hello"), "hello");
        string[] options =
        [
            .. keys.SelectMany(key => key.Value.Select(Options[key.Key])).Select(
                option => option.Replace("=/etc/reuseportd:", $"={Folder["etc"]}:", StringComparison.Ordinal)),
        ];

        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(Folder["notify"]));
        await using var container = new Container(
            podman.Notifying(Folder["notify"]),
            [.. options.Union(ReadOnly), "--volume", $"{hello}:/usr/local/bin/hello:ro", Podman.Image]);
        await container.EventAsync("started");
        await ReceiveAsync(systemd, "READY=1");
        await AssertFourAnswerAsync();
        await container.StopAsync();
        Assert.Equal(0, await container.ExitAsync());
    }

    [Fact]
    public void Unit_Service_WaitsForTheWorkers()
    {
        var service = Section("Service");
        Assert.Equal(["infinity"], service["TimeoutStartSec"]);
        Assert.Equal(["/usr/bin/podman exec reuseportd reuseportctl apply"], service["ExecReload"]);
        Assert.NotEmpty(Section("Install")["WantedBy"]);
    }

    private static async Task ReceiveAsync(Socket socket, string line)
    {
        using var stop = new CancellationTokenSource(Deadline.Patience);
        var buffer = new byte[4096];
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer, stop.Token);
            if (Encoding.UTF8.GetString(buffer, 0, count).Split('\n').Contains(line)) return;
        }
    }

    private static Dictionary<string, string[]> Section(string name) =>
        File.ReadAllText(Checkout.At("deploy/quadlet/reuseportd.container")).Split("\n[")
            .Single(section => section.StartsWith($"{name}]\n", StringComparison.Ordinal)).Split('\n')[1..]
            .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#')
            .GroupBy(line => line.Split('=', 2)[0], line => line.Split('=', 2)[1])
            .ToDictionary(group => group.Key, group => group.ToArray());
}
