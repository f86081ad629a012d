using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Controllers;

/// <summary>
/// The file system of a <see cref="VirtualMachine"/>: reuseportd as it is installed, the test workers, some programs of this
/// host, and the libraries that all of these need.
/// </summary>
internal static class RootImage
{
    private static readonly string[] Programs =
    [
        "sh", "mount", "umount", "ip", "stty", "cat", "mkdir", "rm", "ls", "sleep", "tail", "chown", "unshare", "setpriv",
        "setfattr",
    ];

    private static readonly string[] Workers =
        ["hello", "hello-static", "binds-static", "takes-memory", "fork-chain", "clears-environment"];

    private static readonly string[] Empty = ["proc", "sys", "dev", "run", "tmp"];

    /// <returns>The program that is missing on this host; null if none is missing.</returns>
    public static string? Missing() => Array.Find(Programs, program => Find(program) is null);

    public static async Task WriteAsync(string path)
    {
        var files = new Dictionary<string, string>
        {
            ["usr/bin/reuseportd"] = Artifacts.Daemon,
            ["usr/bin/reuseportctl"] = Artifacts.Control,
            ["usr/lib/reuseportd/libreuseport.so"] = Artifacts.Library,
        };
        foreach (var worker in Workers) files.Add($"{InitScript.Workers[1..]}/{worker}", Checkout.Worker(worker));
        foreach (var program in Programs) files.Add($"bin/{program}", Find(program)!);
        foreach (var library in await LibrariesAsync(files.Values)) files.Add(library[1..], library);

        await using var stream = File.Create(path);
        var archive = new CpioArchive(stream);
        foreach (var directory in Empty) archive.AddDirectory(directory);
        archive.AddFile("init", Encoding.UTF8.GetBytes(InitScript.Text), executable: true);
        archive.AddFile("etc/passwd", "root:x:0:0::/:/bin/sh\n"u8);
        archive.AddFile("etc/group", "root:x:0:\n"u8);
        foreach (var (inside, file) in files) archive.AddFile(inside, await File.ReadAllBytesAsync(file), executable: true);
        archive.Finish();
    }

    /// <summary>The paths that ldd(1) prints, as "NAME => PATH (ADDRESS)", or for the loader "PATH (ADDRESS)".</summary>
    private static async Task<IEnumerable<string>> LibrariesAsync(IEnumerable<string> files)
    {
        var ldd = await Command.RunAsync("ldd", files);
        Assert.DoesNotContain("not found", ldd.Out, StringComparison.Ordinal);
        return ldd.Out.Split((string[])[" ", "\n", "\t"], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word[0] == '/' && !word.EndsWith(':')).Distinct();
    }

    private static string? Find(string program) => Harness.Programs.SearchPath.Split(':')
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
