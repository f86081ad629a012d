using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Recipes;

/// <summary>
/// A host for one daemon, as far as a recipe needs it: its ports are free, and its files in <c>/etc</c>, <c>/var</c> and
/// <c>/srv</c> end with it. Network and mounts are namespaces of the daemon's process, so nothing has to be cleaned up.
/// </summary>
internal static class RecipeHost
{
    /// <summary>Exit code if this host does not allow the namespaces and mounts.</summary>
    private const int Impossible = 77;

    /// <summary>
    /// Arguments: a folder outside of <c>/etc</c>, <c>/var</c> and <c>/srv</c>, then the program that the shell becomes. From the
    /// folder come <c>root/</c>, which is copied to <c>/</c>, and <c>commands</c>.
    /// </summary>
    private const string Script = """
        set -eu
        folder=$1
        shift
        impossible() { echo "$1" >&2; exit 77; }

        mkdir -p "$folder/host" "$folder/root"
        mount -t tmpfs -o mode=0755 tmpfs "$folder/host" || impossible 'no tmpfs can be mounted'
        for directory in etc var srv; do
            mkdir "$folder/host/$directory" "$folder/host/$directory.work"
            layers=lowerdir=/$directory,upperdir=$folder/host/$directory,workdir=$folder/host/$directory.work
            mount -t overlay -o "$layers" overlay "/$directory" || impossible "no overlay of /$directory can be mounted"
        done
        mount -t tmpfs -o mode=0755 tmpfs /run
        mkdir -m 1777 /run/lock
        ip link set lo up || impossible 'the loopback interface cannot be set up'

        cp -R "$folder/root/." /
        # 73: a line of the distribution cannot be carried out here.
        systemd-tmpfiles --create --prefix=/run --prefix=/var 2>"$folder/tmpfiles" || [ $? = 73 ] ||
            { cat "$folder/tmpfiles" >&2; exit 1; }
        if [ -e "$folder/commands" ]; then sh -eu "$folder/commands" >&2; fi
        exec "$@"
        """;

    private static readonly Lazy<Task<string?>> Obstacle = new(TryAsync);

    /// <summary>Skips the test if no such host can be made.</summary>
    public static async Task RequireAsync()
    {
        Root.Require();
        Programs.Require("systemd-tmpfiles", "systemd");
        Programs.Require("ip", "iproute2");
        var obstacle = await Obstacle.Value;
        Assert.SkipWhen(obstacle is not null, $"no host for recipes can be made here: {obstacle}");
    }

    /// <summary>Has the daemon start in such a host, with the files and after the commands of the recipe.</summary>
    public static void Prepare(Daemon daemon, Recipe recipe)
    {
        foreach (var (path, text) in recipe.Files) daemon.Folder.Write($"root{path}", text);
        Prepare(daemon, recipe.Commands);
    }

    /// <summary>Has the daemon start in such a host, after these commands, and with the wrapper that it has so far.</summary>
    public static void Prepare(Daemon daemon, string commands)
    {
        if (commands.Length > 0) daemon.Folder.Write("commands", commands);
        daemon.Wrapper = [.. Wrapper(daemon.Folder["."]), .. daemon.Wrapper];
    }

    private static string[] Wrapper(string folder) => ["unshare", "--mount", "--net", "sh", "-c", Script, "recipe", folder];

    private static async Task<string?> TryAsync()
    {
        using var folder = new TemporaryFolder();
        var words = Wrapper(folder["."]);
        var tried = await Command.RunAsync(words[0], [.. words[1..], "true"]);
        if (tried.Code == 0) return null;
        Assert.True(tried.Code == Impossible || tried.Error.StartsWith("unshare:", StringComparison.Ordinal), tried.Error);
        return tried.Error.Trim();
    }
}
