using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>
/// The unit of deploy/quadlet, made into a service by the generator of Debian 13's podman, which runs on Debian 12. The tests run
/// the container by podman 4.3 with the options of that service.
/// </summary>
public sealed class QuadletTests(Stores stores) : ImageTest(stores)
{
    /// <summary>
    /// Options that a container in the foreground and without systemd does not have, each with the number of its words.
    /// </summary>
    private static readonly Dictionary<string, int> Left = new()
    {
        ["--name"] = 2, ["--cidfile=%t/%N.cid"] = 1, ["--cgroups=split"] = 1, ["-d"] = 1,
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
        await podman.DoAsync("rm", "-v", "-f", "-i", container.Name);

        await container.Log.Ended.WaitAsync(Deadline.Patience);
        Assert.Equal("7", Assert.Single(container.Events("exit"))["EXIT_STATUS"]);
    }

    /// <summary>The generator refuses keys that it does not know, and systemd those of the service.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Generate_Unit_IsAServiceThatWaitsForTheWorkers(bool user)
    {
        var unit = await GenerateAsync(user);
        var service = Section(unit, "Service");
        Assert.Equal(["notify"], service["Type"]);
        Assert.Equal(["all"], service["NotifyAccess"]);
        Assert.Equal(["infinity"], service["TimeoutStartSec"]);
        Assert.Equal(["/usr/bin/podman exec web reuseportctl apply"], service["ExecReload"]);
        Assert.Equal(["/usr/bin/podman rm -v -f -i --cidfile=%t/%N.cid"], service["ExecStop"]);
        Assert.NotEmpty(Section(unit, "Install")["WantedBy"]);

        var verify = await Command.RunAsync("systemd-analyze", ["verify", "--man=no", Folder.Write("unit/web.service", unit)]);
        Assert.Equal((0, ""), (verify.Code, verify.Error));
    }

    /// <summary>Starts a container with the options of the service, and those that name files of this test.</summary>
    private async Task<Container> StartUnitAsync(Podman podman, string yaml)
    {
        var words = Assert.Single(Section(await GenerateAsync(), "Service")["ExecStart"]).Split(' ');
        Assert.Equal(["/usr/bin/podman", "run", "--name", "web"], words[..4]);
        Assert.Equal(OwnImage.Name, words[^1]);
        Folder.Write("etc/reuseportd.yaml", yaml);
        var hello = await Folder.CopyAsync(Checkout.Built("hello/hello"), "hello");
        var options = OptionsOf(words[2..^1]).Select(
            word => word.StartsWith("/etc/reuseportd:", StringComparison.Ordinal) ? Folder["etc"] + word[15..] : word);
        var container = new Container(podman, [.. options, "--volume", $"{hello}:/usr/local/bin/hello:ro", Podman.Image]);
        await container.EventAsync("started");
        return container;
    }

    private static IEnumerable<string> OptionsOf(string[] words)
    {
        var left = 0;
        for (var at = 0; at < words.Length; at++)
        {
            if (Left.TryGetValue(words[at], out var count))
            {
                at += count - 1;
                left++;
            }
            else
            {
                yield return words[at];
            }
        }

        Assert.Equal(Left.Count, left);
    }

    /// <returns>The service that the generator makes of the unit.</returns>
    private async Task<string> GenerateAsync(bool user = false)
    {
        Directory.CreateDirectory(Folder["generated"]);
        var environment = new Dictionary<string, string> { ["QUADLET_UNIT_DIRS"] = Checkout.At("deploy/quadlet") };
        string[] words = [.. user ? (string[])["-user"] : [], "-no-kmsg-log", Folder["generated"]];
        var generator = await Command.RunAsync(
            Checkout.Built("manifest-tools/usr/libexec/podman/quadlet"), words, environment);
        Assert.True(generator.Code == 0, generator.Error);
        return await File.ReadAllTextAsync(Folder["generated/web.service"]);
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

    private static Dictionary<string, string[]> Section(string unit, string name) =>
        unit.Split("\n[").Single(section => section.StartsWith($"{name}]\n", StringComparison.Ordinal)).Split('\n')[1..]
            .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#')
            .GroupBy(line => line.Split('=', 2)[0], line => line.Split('=', 2)[1])
            .ToDictionary(group => group.Key, group => group.ToArray());
}
