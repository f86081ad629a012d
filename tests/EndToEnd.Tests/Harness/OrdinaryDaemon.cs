namespace EndToEnd.Tests.Harness;

/// <summary>A daemon without root's rights. Other users may not be able to enter the checkout: all programs are copies.</summary>
internal static class OrdinaryDaemon
{
    /// <summary>nobody</summary>
    public const int User = 65_534;

    /// <summary>Later starts of the daemon are as this user, with these capabilities.</summary>
    /// <param name="capabilities">As setpriv(1) takes them; <c>-all</c> for none.</param>
    /// <param name="user">0 for the root of a container, whose programs cannot gain capabilities either.</param>
    public static async Task BecomeOrdinaryAsync(this Daemon daemon, string capabilities = "-all", int user = User)
    {
        Root.Require();
        daemon.Folder.Mode("", "777"); // for the control socket
        daemon.Binary = await daemon.Folder.CopyAsync(Artifacts.Daemon, "reuseportd");
        daemon.Wrapper =
        [
            "setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups",
            $"--bounding-set={(user == 0 ? capabilities : "+all")}", $"--inh-caps={capabilities}",
            $"--ambient-caps={capabilities}",
        ];
    }

    /// <summary>Starts a daemon whose library each user can read.</summary>
    public static async Task StartWithLibraryAsync(this Daemon daemon)
    {
        await daemon.StartAsync("--preload", await daemon.LibraryCopyAsync());
    }

    public static Task<string> LibraryCopyAsync(this Daemon daemon) =>
        daemon.Folder.CopyAsync(Artifacts.Library, "libreuseport.so", "644");

    /// <summary>A copy of a program of tests/TestWorkers for each user.</summary>
    public static Task<string> WorkerCopyAsync(this Daemon daemon, string name) =>
        daemon.Folder.CopyAsync(Checkout.Worker(name), name);
}
