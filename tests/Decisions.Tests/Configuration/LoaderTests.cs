using System.Runtime.InteropServices;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

/// <summary>Files of every kind on a disk.</summary>
public sealed partial class LoaderTests : IDisposable
{
    private const string Web = "services: { web: { command: a, reuseport: { ports: 1 } } }";
    private const string Dns = "services: { dns: { command: a, reuseport: { ports: 2 } } }";

    private readonly string root = Directory.CreateTempSubdirectory("configuration-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Load_Directory_ReadsTheMainFileAndAllServices()
    {
        Write("reuseportd.yaml", "log: json\n" + Web);
        Write("services.d/b.yaml", Dns);
        Write("services.d/a.yaml", "services: { first: { command: a, reuseport: { ports: 3 } } }");
        var result = Load();
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(LogForm.Json, result.Fleet!.Daemon.Log);
        Assert.Equal(["web", "first", "dns"], result.Fleet.Services.Select(service => service.Name));
    }

    [Fact]
    public void Load_OneFile_HasAllServices()
    {
        Write("any-name", "log: json\n" + Web);
        var fleet = ConfigurationLoader.Load(Path.Combine(root, "any-name"), Given.Alice).Fleet!;
        Assert.Equal((LogForm.Json, 1), (fleet.Daemon.Log, fleet.Services.Count));
    }

    [Fact]
    public void Load_MainFileAlone_IsEnough()
    {
        Write("reuseportd.yaml", Web);
        Assert.Single(Load().Fleet!.Services);
    }

    [Fact]
    public void Load_ServicesAlone_AreEnough()
    {
        Write("services.d/web.yaml", Web);
        Assert.Single(Load().Fleet!.Services);
    }

    [Fact]
    public void Load_EmptyDirectory_IsAnEmptyFleetWithAWarning()
    {
        var result = Load();
        Assert.Equal(FleetSpec.Empty, result.Fleet);
        Assert.Equal($"{root}: warning: holds neither reuseportd.yaml nor services.d, so there is nothing to run", Said(result));
    }

    [Fact]
    public void Load_OtherNames_AreNotRead()
    {
        foreach (var name in (string[])["web.yaml.example", "web.yaml~", ".web.yaml", "web.yaml.bak", "README", "web.YAML"])
            Write($"services.d/{name}", "{[");
        Assert.Equal("", Said(Load()));
    }

    [Fact]
    public void Load_ShortSuffix_IsAWarning()
    {
        Write("reuseportd.yml", Web);
        Write("services.d/web.yml", Web);
        var result = Load();
        Assert.Empty(result.Fleet!.Services);
        Assert.Equal(
            $"{root}/reuseportd.yml: warning: is ignored; rename it to .yaml\n"
            + $"{root}/services.d/web.yml: warning: is ignored; rename it to .yaml",
            Said(result));
    }

    [Fact]
    public void Load_MissingPath_IsOneError() => Assert.Equal(
        $"{root}/none: does not exist",
        Said(ConfigurationLoader.Load(Path.Combine(root, "none"), Given.Root)));

    [Fact]
    public void Load_BelowAFile_IsOneError()
    {
        Write("file", "");
        var result = ConfigurationLoader.Load(Path.Combine(root, "file", "x"), Given.Root);
        Assert.Equal($"{root}/file/x: cannot be read: ENOTDIR", Said(result));
    }

    [Fact]
    public void Load_ErrorsInSeveralFiles_AreAllReportedInOrder()
    {
        Write("services.d/b.yaml", "services: 1\nx: 2");
        Write("services.d/a.yaml", "[\n");
        Write("reuseportd.yaml", "log: x");
        Directory.CreateDirectory(Path.Combine(root, "services.d", "c.yaml"));
        string[] starts =
        [
            "reuseportd.yaml:1:6: log: ", "services.d/a.yaml:2:1: ", "services.d/b.yaml:1:11: services: ",
            "services.d/b.yaml:2:1: x: ", "services.d/c.yaml: ",
        ];
        var errors = Load().Errors;
        Assert.Equal(starts.Length, errors.Count);
        Assert.All(
            starts.Zip(errors), pair => Assert.StartsWith($"{root}/{pair.First}", $"{pair.Second}", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_Fifo_IsOneErrorAndIsNotWaitedFor()
    {
        Directory.CreateDirectory(Path.Combine(root, "services.d"));
        Assert.Equal(0, mkfifo(Path.Combine(root, "services.d", "x.yaml"), 0x180));
        Assert.Equal($"{root}/services.d/x.yaml: is not a regular file but a FIFO", Said(Load()));
    }

    [Theory]
    [InlineData("missing", "is a symbolic link to a file that does not exist")]
    [InlineData("x.yaml", "cannot be read: ELOOP")]
    [InlineData("/dev/null", "is not a regular file but a device")]
    [InlineData("/proc/self/mem", "cannot be read: EIO")]
    public void Load_LinkToNoFile_IsOneError(string target, string error)
    {
        Directory.CreateDirectory(Path.Combine(root, "services.d"));
        File.CreateSymbolicLink(Path.Combine(root, "services.d", "x.yaml"), target);
        Assert.Equal($"{root}/services.d/x.yaml: {error}", Said(Load()));
    }

    [Fact]
    public void Load_LinkToFile_IsRead()
    {
        Write("elsewhere", Web);
        Directory.CreateDirectory(Path.Combine(root, "services.d"));
        File.CreateSymbolicLink(Path.Combine(root, "services.d", "x.yaml"), "../elsewhere");
        Assert.Single(Load().Fleet!.Services);
    }

    [Fact]
    public void Load_UnreadableFile_IsOneError()
    {
        Write("reuseportd.yaml", Web);
        File.SetUnixFileMode(root, (UnixFileMode)Convert.ToInt32("755", 8));
        File.SetUnixFileMode(Path.Combine(root, "reuseportd.yaml"), UnixFileMode.None);
        Assert.Equal($"{root}/reuseportd.yaml: cannot be read: permission denied", Said(OrdinaryReader.Do(Load)));
    }

    [Fact]
    public void Load_ServicesIsAFile_IsOneError()
    {
        Write("services.d", "");
        Assert.Equal($"{root}/services.d: is not a directory", Said(Load()));
    }

    [Fact]
    public void Load_LargeFile_IsOneError()
    {
        Write("reuseportd.yaml", "#" + new string('x', SourceText.LargestFile));
        Assert.Equal($"{root}/reuseportd.yaml: larger than 1 MiB, the limit", Said(Load()));
    }

    [Fact]
    public void Load_NameWithControlCharacters_IsShownEscaped()
    {
        Write("services.d/a\n\u001b[31m.yaml", "[\n");
        Assert.StartsWith($"{root}/services.d/a\\u000A\\u001B[31m.yaml:2:1: ", Said(Load()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u, 0u, "rw-r--r--", null)]
    [InlineData(0u, 0u, "rw-rw-r--", null)]
    [InlineData(
        0u, 50u, "rw-rw-r--", "is writable by other users; these users can choose the commands that root runs; chmod go-w it")]
    [InlineData(
        0u, 0u, "rw-r--rw-", "is writable by other users; these users can choose the commands that root runs; chmod go-w it")]
    [InlineData(
        1000u, 0u, "rw-r--r--", "is owned by user 1000; that user can choose the commands that root runs; chown it to root")]
    public void Load_AsRoot_WarnsOfFilesThatOthersWrite(uint user, uint group, string mode, string? warning)
    {
        Write("reuseportd.yaml", Web);
        var bits = mode.Select((c, index) => c == '-' ? 0 : 1 << (8 - index)).Sum();
        FileFacts? Find(string path, out Errno errno)
        {
            var facts = FileStatus.Find(path, out errno);
            return path.EndsWith(".yaml", StringComparison.Ordinal)
                ? facts!.Value with { UserId = user, GroupId = group, Mode = (UnixFileMode)bits }
                : facts!.Value with { UserId = 0, GroupId = 0 };
        }

        var result = ConfigurationLoader.Load(root, Given.Root with { FindFile = Find });
        Assert.Equal(warning is null ? "" : $"{root}/reuseportd.yaml: warning: {warning}", Said(result));
        Assert.Empty(ConfigurationLoader.Load(root, Given.Alice with { FindFile = Find }).Warnings);
    }

    /// <summary>Loads as an ordinary user, so that the owner of the test files does not matter.</summary>
    private LoadResult Load() => ConfigurationLoader.Load(root, Given.Alice);

    private static string Said(LoadResult result) => string.Join('\n', result.Errors.Concat(result.Warnings));

    private void Write(string name, string text)
    {
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}
