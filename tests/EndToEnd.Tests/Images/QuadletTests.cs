using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>
/// The unit of deploy/quadlet. Podman 4.3 has no Quadlet: the test runs the container with the options that the keys stand for
/// (podman-systemd.unit(5) of 4.5).
/// </summary>
public sealed class QuadletTests(Stores stores) : ImageTest(stores)
{
    private static readonly Dictionary<string, Func<string, string[]>> Options = new()
    {
        ["Volume"] = value => [$"--volume={value}"],
        ["Network"] = value => [$"--network={value}"],
        ["ReadOnly"] = value => [$"--read-only={value}"],
        ["Tmpfs"] = value => [$"--tmpfs={value}"],
        ["PodmanArgs"] = value => value.Split(' '),
        ["DropCapability"] = value => [$"--cap-drop={value}"],
        ["NoNewPrivileges"] = value => [$"--security-opt=no-new-privileges={value}"],
        ["Notify"] = value => [$"--sdnotify={(value == "true" ? "container" : "conmon")}"],
    };

    [Fact]
    public async Task Run_OptionsOfTheUnit_NotifiesThatTheWorkersAreReady()
    {
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(Folder["notify"]));
        await using var container = await StartUnitAsync(Stores.Of(Stores.Root).Notifying(Folder["notify"]), Hello());
        await ReceiveAsync(systemd, "READY=1");
        await AssertFourAnswerAsync();
        await container.StopAsync();
        Assert.Equal(0, await container.ExitAsync());
    }

    /// <summary>The unit's ExecStop kills all processes after the stop timeout of the container, by default 10 s.</summary>
    [Fact]
    public async Task Stop_WorkerThatNeedsTwelveSeconds_EndsByItself()
    {
        var podman = Stores.Of(Stores.Root);
        await using var container = await StartUnitAsync(podman, """
            services:
              slow:
                command: [sh, -c, "trap 'sleep 12; exit 7' TERM; while :; do sleep 0.1; done"]
                readiness: { type: delay, delay: 1s }
                stop_grace_period: 40s
                reuseport: { ports: any }
            """);
        await podman.DoAsync("rm", "--force", "--ignore", container.Name);

        await container.Log.Ended.WaitAsync(Deadline.Patience);
        Assert.Equal("7", Assert.Single(container.Events("exit"))["EXIT_STATUS"]);
    }

    [Fact]
    public void Unit_Service_WaitsForTheWorkers()
    {
        var service = Section("Service");
        Assert.Equal(["infinity"], service["TimeoutStartSec"]);
        Assert.Equal(["/usr/bin/podman exec web reuseportctl apply"], service["ExecReload"]);
        Assert.NotEmpty(Section("Install")["WantedBy"]);
    }

    /// <summary>Starts a container with the options of the unit, and no others but those that name files of this test.</summary>
    private async Task<Container> StartUnitAsync(Podman podman, string yaml)
    {
        var keys = Section("Container");
        Assert.Equal(["web"], keys["ContainerName"]);
        Assert.Equal([OwnImage.Name], keys["Image"]);
        keys.Remove("ContainerName");
        keys.Remove("Image");
        Folder.Write("etc/reuseportd.yaml", yaml);
        var hello = await Folder.CopyAsync(Checkout.Built("hello/hello"), "hello");
        var options = keys.SelectMany(key => key.Value.SelectMany(Options[key.Key])).Select(
            option => option.Replace("=/etc/reuseportd:", $"={Folder["etc"]}:", StringComparison.Ordinal));
        var container = new Container(podman, [.. options, "--volume", $"{hello}:/usr/local/bin/hello:ro", Podman.Image]);
        await container.EventAsync("started");
        return container;
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
        File.ReadAllText(Checkout.At("deploy/quadlet/web.container")).Split("\n[")
            .Single(section => section.StartsWith($"{name}]\n", StringComparison.Ordinal)).Split('\n')[1..]
            .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#')
            .GroupBy(line => line.Split('=', 2)[0], line => line.Split('=', 2)[1])
            .ToDictionary(group => group.Key, group => group.ToArray());
}
