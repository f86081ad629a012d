using System.Diagnostics;
using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>
/// Podman with a store and a configuration of its own. It runs as root, or as an ordinary user that exists only in the mount
/// namespaces of its commands. If the tests run without root, it runs as their user.
/// </summary>
internal sealed class Podman : IAsyncDisposable
{
    /// <summary>The image under test.</summary>
    public const string Image = "localhost/reuseportd:latest";

    private const int User = 58_231;

    /// <summary>
    /// No systemd is needed. The limits are low, as a container's limits may be above those of the tests, and raising them
    /// needs CAP_SYS_RESOURCE.
    /// </summary>
    private const string Configuration = """
        [containers]
        default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        lock_type = "file"
        """;

    private static readonly string AsOrdinary = $"""
        mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group &&
        mount --bind "$1/ranges" /etc/subuid && mount --bind "$1/ranges" /etc/subgid || exit 1
        shift
        exec setpriv --reuid={User} --regid={User} --clear-groups "$@"
        """;

    /// <summary>To load an image or to install packages into one.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder;
    private readonly Dictionary<string, string> _environment;
    private readonly string[] _first;
    private string? _runtime;

    private Podman(Podman other, string[]? before = null)
    {
        (_folder, _first, _runtime) = (other._folder, [.. before ?? [], .. other._first], other._runtime);
        _environment = new(other._environment);
    }

    private Podman(bool rootless)
    {
        _folder = new();
        _environment = new()
        {
            ["CONTAINERS_CONF"] = _folder.Write("containers.conf", Configuration),
            ["HOME"] = _folder["home"],
            ["XDG_RUNTIME_DIR"] = _folder["run"],
            ["TMPDIR"] = _folder["home/tmp"],
            // A health check runs when it is asked for, and not by a timer of systemd.
            ["DISABLE_HC_SYSTEMD"] = "true",
        };
        Directory.CreateDirectory(_folder["home/tmp"]);
        Directory.CreateDirectory(_folder["run"]);
        _first = rootless && Environment.IsPrivilegedProcess ? BecomeOrdinary() : ["podman"];
        if (!rootless)
            _first = [.. _first, "--root", _folder["home/store"], "--runroot", _folder["run"], "--tmpdir", _folder["run/tmp"]];
    }

    /// <summary>The reason why no container can run here; null if one can.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Loads the images that <c>make image</c> has built, and finds a runtime that works here.</summary>
    public static async Task<Podman> StartAsync(bool rootless)
    {
        var podman = new Podman(rootless);
        if (!rootless && !Environment.IsPrivilegedProcess)
        {
            podman.Obstacle = "needs root";
            return podman;
        }

        // The archives have both tags.
        foreach (var name in (string[])["reuseportd", "reuseportd-files"])
            await podman.DoAsync("load", "--quiet", "--input", Archive(name));

        // crun of Debian 12 refuses hosts with both versions of control groups; runc of that time refuses others.
        foreach (var runtime in (string[])["crun", "runc"])
        {
            podman._runtime = runtime;
            var probe = await podman.RunAsync("run", "--rm", "--network=none", "--entrypoint=reuseportctl", Image, "--version");
            if (probe.Code == 0)
            {
                podman.Obstacle = null;
                return podman;
            }

            podman.Obstacle = $"{podman.Obstacle}{runtime}: {probe.Error.Trim()}\n";
        }

        return podman;
    }

    /// <summary>The archive that <c>make image</c> made of an image.</summary>
    public static string Archive(string name) =>
        Checkout.Built($"image/{name}-image_{Checkout.Version}_{Artifacts.Architecture}.tar");

    public Task<Command> RunAsync(params string[] words)
    {
        var all = All(words);
        return Command.RunAsync(all[0], all[1..], _environment, LongPatience);
    }

    /// <summary>Runs a command, which must succeed.</summary>
    /// <returns>The output.</returns>
    public async Task<string> DoAsync(params string[] words)
    {
        var command = await RunAsync(words);
        Assert.True(command.Code == 0, $"podman {string.Join(' ', words)}: code {command.Code}: {command.Error}");
        return command.Out.Trim();
    }

    /// <summary>Starts a command, without a wait.</summary>
    public Process Start(params string[] words)
    {
        var all = All(words);
        return Process.Start(Command.Start(all[0], all[1..], _environment))!;
    }

    /// <summary>The same, as a service of systemd: with NOTIFY_SOCKET.</summary>
    public Podman Notifying(string socket) => new(this) { _environment = { ["NOTIFY_SOCKET"] = socket } };

    /// <summary>The same on a host that has nothing but a loopback interface.</summary>
    public Podman OnNode() => new(this, ["unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "node"]);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("pod", "rm", "--all", "--force");
        await RunAsync("rm", "--all", "--force", "--time=0");
        // Ends the process that keeps the namespaces of a rootless podman.
        await RunAsync("system", "migrate");
        await Command.RunAsync("umount", ["--lazy", _folder["home/store/overlay"]]);
        _folder.Dispose();
    }

    internal static async Task<string> VersionAsync() =>
        (await Command.RunAsync(Artifacts.Daemon, ["--version"])).Out.Trim().Split(' ')[^1].Split('+')[0];

    private string[] All(string[] words) =>
        _runtime is null ? [.. _first, .. words] : [.. _first, "--runtime", _runtime, .. words];

    private string[] BecomeOrdinary()
    {
        var id = User.ToString(CultureInfo.InvariantCulture);
        _folder.Write("passwd", File.ReadAllText("/etc/passwd") + $"image-test:x:{id}:{id}::{_folder["home"]}:/bin/sh\n");
        _folder.Write("group", File.ReadAllText("/etc/group") + $"image-test:x:{id}:\n");
        _folder.Write("ranges", "image-test:300000:65536\n");
        foreach (var name in (string[])["home", "home/tmp", "run"])
            Assert.Equal(0, Chown(_folder[name]));
        _folder.Mode("run", "700");
        return ["unshare", "--mount", "sh", "-c", AsOrdinary, "ordinary", _folder[""].TrimEnd('/'), "podman"];
    }

    private static int Chown(string path)
    {
        using var chown = Process.Start("chown", [$"{User}:{User}", path]);
        chown.WaitForExit();
        return chown.ExitCode;
    }
}
