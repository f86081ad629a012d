using System.Text;

namespace EndToEnd.Tests.Controllers;

/// <summary>
/// The file system of a <see cref="VirtualMachine"/>: reuseportd as it is installed, the test workers, some programs, the
/// libraries that all of these need, and modules of the kernel.
/// </summary>
internal sealed class RootImage(Guest guest)
{
    private static readonly string[] Programs =
    [
        "sh", "mount", "umount", "ip", "stty", "cat", "mkdir", "rm", "ls", "sleep", "tail", "chown", "unshare", "setpriv",
    ];

    /// <summary>A program that busybox does not have.</summary>
    private const string SetAttribute = "setfattr";

    private const string LoadModule = "insmod";

    private static readonly string[] Workers =
        ["hello", "hello-static", "binds-static", "takes-memory", "fork-chain", "clears-environment", "http_load", "asks"];

    private static readonly string[] Empty = ["proc", "sys", "dev", "run", "tmp"];

    private string[] Names => [.. Programs, .. guest.Modules.Length > 0 ? [LoadModule] : Array.Empty<string>()];

    /// <returns>The program that is missing on this host; null if none is missing.</returns>
    public string? Missing() => guest.Root is { } root
        ? Array.Find([BusyBox(root), Attribute(root)], file => !File.Exists(file))
        : Array.Find([.. Names, SetAttribute], program => Find(program) is null);

    public async Task WriteAsync(string path)
    {
        var files = new Dictionary<string, string>
        {
            ["usr/bin/reuseportd"] = Built("bin/reuseportd"),
            ["usr/bin/reuseportctl"] = Built("bin/reuseportctl"),
            ["usr/lib/reuseportd/libreuseport.so"] = Built("lib/libreuseport.so"),
        };
        foreach (var worker in Workers) files.Add($"{InitScript.Workers[1..]}/{worker}", Built($"testworkers/{worker}"));
        await AddProgramsAsync(files);
        foreach (var module in guest.Modules) files.Add($"{InitScript.Modules[1..]}/{Path.GetFileName(module)}", module);

        await using var stream = File.Create(path);
        var archive = new CpioArchive(stream);
        foreach (var directory in Empty) archive.AddDirectory(directory);
        archive.AddFile("init", Encoding.UTF8.GetBytes(InitScript.Text), executable: true);
        archive.AddFile("etc/passwd", "root:x:0:0::/:/bin/sh\n"u8);
        archive.AddFile("etc/group", "root:x:0:\n"u8);
        foreach (var (inside, file) in files) archive.AddFile(inside, await File.ReadAllBytesAsync(file), executable: true);
        if (guest.Root is not null)
            foreach (var name in Names) archive.AddLink($"bin/{name}", "busybox");
        archive.Finish();
    }

    private async Task AddProgramsAsync(Dictionary<string, string> files)
    {
        if (guest.Root is { } root)
        {
            files.Add("bin/busybox", BusyBox(root));
            files.Add($"bin/{SetAttribute}", Attribute(root));
            foreach (var (name, file) in await GuestLibraries.OfFoldersAsync(files.Values, guest.LibraryFolders))
                files.Add($"lib/{name}", file);
            return;
        }

        foreach (var program in Names.Append(SetAttribute)) files.Add($"bin/{program}", Find(program)!);
        foreach (var library in await GuestLibraries.OfHostAsync(files.Values)) files.Add(library[1..], library);
    }

    private static string BusyBox(string root) => Path.Combine(root, "bin/busybox");

    private static string Attribute(string root) => Path.Combine(root, $"usr/bin/{SetAttribute}");

    private string Built(string path)
    {
        var built = Path.Combine(guest.Out, path);
        Assert.True(File.Exists(built), $"there is no {built}: make build testworkers, for the architecture of the machine");
        return built;
    }

    private static string? Find(string program) => Harness.Programs.SearchPath.Split(':')
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
