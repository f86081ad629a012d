using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>Output to files, which the daemon opens with the rights of the worker's user.</summary>
public sealed class FileTests : DaemonTest
{
    [Fact]
    public async Task File_FolderClosedToTheUser_FailsTheStart()
    {
        Root.Require();
        Daemon.Folder.Write("closed/empty", "");
        Daemon.Folder.Mode("closed", "700");
        await RefusedAsync(Daemon.Folder["closed/out.log"], "EACCES", "user: nobody");
    }

    [Fact]
    public async Task File_OfAUser_BelongsToTheUser()
    {
        Root.Require();
        Directory.CreateDirectory(Daemon.Folder["open"]);
        Daemon.Folder.Mode("open", "777");
        var file = Daemon.Folder["open/out.log"];
        var library = await Daemon.Folder.CopyAsync(Artifacts.Library, "libreuseport.so", "644");
        Configure("echo mine", file, "user: nobody", workers: 1);
        await Daemon.StartAsync("--preload", library);
        await Daemon.EventAsync("exit", "job@0");
        await Daemon.StopAsync();

        Assert.Equal("mine\n", await File.ReadAllTextAsync(file));
        var facts = await Command.RunAsync("stat", ["-c", "%U %a", file]);
        Assert.Equal("nobody 640\n", facts.Out);
    }

    [Fact]
    public async Task File_SymbolicLink_FailsTheStart()
    {
        File.CreateSymbolicLink(Daemon.Folder["out.log"], Daemon.Folder.Write("target", ""));
        await RefusedAsync(Daemon.Folder["out.log"], "ELOOP");

        Assert.Empty(await File.ReadAllTextAsync(Daemon.Folder["target"]));
    }

    [Fact]
    public async Task File_FifoWithoutAReader_FailsTheStart()
    {
        await Command.RunAsync("mkfifo", [Daemon.Folder["out.log"]]);
        await RefusedAsync(Daemon.Folder["out.log"], "ENXIO");
    }

    /// <summary>Each start opens the file again after an earlier failure.</summary>
    [Fact]
    public async Task File_ObstacleIsRemoved_NextStartSucceeds()
    {
        var file = Daemon.Folder["sub/out.log"];
        Configure("exec sleep 1000", file, "restart: { policy: always, delay: 20ms, max_delay: 20ms }");
        Daemon.Launch();
        await Daemon.EventAsync("spawn_error", "job@2");
        Directory.CreateDirectory(Daemon.Folder["sub"]);

        foreach (var worker in (string[])["job@0", "job@1", "job@2"]) await Daemon.EventAsync("ready", worker);
    }

    [Fact]
    public async Task File_ManyServices_HaveOneWriterThread()
    {
        const int services = 20;
        for (var number = 0; number < services; number++)
            Configure("echo here; exec sleep 1000", Daemon.Folder[$"{number}.log"], name: $"job{number}", workers: 1);
        await Daemon.StartAsync();
        for (var number = 0; number < services; number++)
        {
            var file = Daemon.Folder[$"{number}.log"];
            await Deadline.UntilAsync(() => File.ReadAllText(file) == "here\n", $"the line in {file}");
        }

        Assert.Single(
            Directory.EnumerateDirectories($"/proc/{Daemon.Pid}/task"),
            task => Processes.TryRead($"{task}/comm") == "file-writer\n");
        // Each file is open once, for all of its writers.
        var open = Directory.EnumerateFiles($"/proc/{Daemon.Pid}/fd")
            .Select(fd => new FileInfo(fd).LinkTarget).ToArray();
        Assert.Equal(
            services,
            open.Count(
                target => target?.StartsWith(Daemon.Folder[""], StringComparison.Ordinal) == true
                    && target.EndsWith(".log", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task File_ServiceIsRemoved_IsClosed()
    {
        var file = Daemon.Folder["out.log"];
        Configure("exec sleep 1000", file);
        await Daemon.StartAsync();
        Assert.True(IsOpen(file));
        File.Delete(Path.Combine(Daemon.Config, "services.d", "job.yaml"));
        await Daemon.ApplyAsync();

        await Deadline.UntilAsync(() => !IsOpen(file), "the file is closed");
    }

    /// <summary>
    /// Bytes have no prefix and no change. A line longer than line_max stays whole if no other worker writes.
    /// </summary>
    [Fact]
    public async Task File_Bytes_AreUnchanged()
    {
        var file = Daemon.Folder["out.log"];
        var script = "printf 'a\\000b\\r\\n\\n\\377\\n'; head -c 100000 /dev/zero | tr '\\000' y; printf '\\nend'";
        Configure(script, file, "logging: { line_max: 512 }", workers: 1);
        await Daemon.StartAsync();
        await Daemon.EventAsync("exit", "job@0");
        await Daemon.StopAsync();

        byte[] expected = [.. "a\0b\r\n\n"u8, 0xFF, (byte)'\n', .. Enumerable.Repeat((byte)'y', 100_000), .. "\nend"u8];
        Assert.Equal(expected, await File.ReadAllBytesAsync(file));
        Assert.Empty(Daemon.Events("dropped"));
    }

    /// <summary>Two workers that write lines in pieces, each at its own pace.</summary>
    [Fact]
    public async Task File_SeveralWorkers_LinesAreNotMixed()
    {
        var file = Daemon.Folder["out.log"];
        const string piece = "printf %s $REUSEPORT_WORKER; printf %s -$i; printf '%s\\n' -$REUSEPORT_WORKER";
        Configure($"i=0; while [ $i -lt 2000 ]; do {piece}; i=$((i+1)); done", file);
        await Daemon.StartAsync();
        foreach (var worker in (string[])["job@0", "job@1", "job@2"]) await Daemon.EventAsync("exit", worker);
        await Daemon.StopAsync();

        var next = new int[3];
        foreach (var line in await File.ReadAllLinesAsync(file))
        {
            var worker = line[0] - '0';
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{worker}-{next[worker]++}-{worker}"), line);
        }

        Assert.Equal([2000, 2000, 2000], next);
    }

    private bool IsOpen(string path) =>
        Directory.EnumerateFiles($"/proc/{Daemon.Pid}/fd").Any(fd => new FileInfo(fd).LinkTarget == path);

    private async Task RefusedAsync(string path, string error, string more = "umask: \"0022\"")
    {
        Configure("echo never", path, more);
        await Daemon.StartAsync();
        foreach (var worker in (string[])["job@0", "job@1", "job@2"])
        {
            await Daemon.EventAsync("failed", worker);
            var failed = Assert.Single(Daemon.Events("spawn_error", worker));
            Assert.StartsWith($"open stdout={path}: {error} ", failed["REUSEPORT_REASON"], StringComparison.Ordinal);
            Assert.Equal("open", failed["REUSEPORT_STEP"]);
            Assert.Single(Daemon.Events("failed", worker));
        }
    }

    private void Configure(
        string script, string path, string more = "umask: \"0022\"", string name = "job", int workers = 3) => Daemon.Configure(
        $$"""
        services:
          {{name}}:
            command: [sh, -c, {{System.Text.Json.JsonSerializer.Serialize(script.Replace("{", "{{", StringComparison.Ordinal))}}]
            workers: {{workers}}
            readiness: { type: delay, delay: 0s }
            {{(more.StartsWith("restart", StringComparison.Ordinal) ? "" : "restart: no")}}
            stdout: "file:{{path}}"
            {{more}}
            reuseport: { ports: any }
        """,
        name);
}
