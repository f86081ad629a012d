using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Importing;

/// <summary>
/// The golden cases of the import by the built programs: <c>reuseportctl import</c> writes the file of the case, and
/// <c>reuseportd --check</c> accepts this file. Programs and directories of a case need not exist: the check warns of them.
/// </summary>
public sealed class ImportCaseTests : IDisposable
{
    private const int Impossible = 77;

    /// <summary>
    /// A host that has the files of a case in the directory of the golden files, and a name and accounts of its own. Arguments:
    /// a folder with <c>passwd</c> and <c>group</c>, the folder of the case, then the program.
    /// </summary>
    private const string Host = """
        mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group && mount -t tmpfs tmpfs /srv &&
            mkdir /srv/source && mount --bind "$2" /srv/source && cd /srv/source &&
            echo source.example > /proc/sys/kernel/hostname || exit 77
        shift 2
        exec "$@"
        """;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. ImportCases.Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Import_CaseOnItsHost_WritesItsFileThatTheDaemonAccepts(string name)
    {
        Root.Require();
        var expected = File.ReadAllText(Checkout.At(ImportCases.ExpectedOf(name)));
        WriteAccounts(expected);
        var import = await OnHostAsync(name, Artifacts.Control, "import", ImportCases.MainOf(name));
        Assert.SkipWhen(import.Code == Impossible, $"no mounts can be made here: {import.Error}");
        Assert.Equal(expected, import.Out);
        Assert.Equal(CodeOf(expected), import.Code);
        AssertAccepted(await OnHostAsync(name, Artifacts.Daemon, "--check", "--config", _folder.Write("all.yaml", import.Out)));
    }

    /// <summary>Users and groups that this host does not have are left out.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Import_CaseOnThisHost_IsAcceptedByTheDaemon(string name)
    {
        var source = Checkout.At($"{ImportCases.Folder}/{name}/{ImportCases.MainOf(name)}");
        var import = await Command.RunAsync(Artifacts.Control, ["import", source]);
        Assert.Equal(CodeOf(import.Out), import.Code);
        AssertAccepted(
            await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", _folder.Write("all.yaml", import.Out)]));
    }

    private static int CodeOf(string yaml) => yaml.Contains("# missing: ", StringComparison.Ordinal) ? 1 : 0;

    private static void AssertAccepted(Command check) => Assert.Equal((0, ""), (check.Code, string.Concat(
        check.Error.Split('\n').Where(line => !line.Contains("warning:", StringComparison.Ordinal)))));

    private Task<Command> OnHostAsync(string name, string program, params string[] arguments) => Command.RunAsync(
        "unshare",
        [
            "--mount", "--uts", "sh", "-c", Host, "host", _folder["."], Checkout.At($"{ImportCases.Folder}/{name}"), program,
            .. arguments,
        ]);

    /// <summary>The accounts of this host, and those of the golden file.</summary>
    private void WriteAccounts(string yaml)
    {
        var users = Values(yaml, "user").Select(User);
        _folder.Write("passwd", string.Concat([File.ReadAllText("/etc/passwd"), .. users]));
        var groups = Values(yaml, "group").Concat(Values(yaml, "supplementary_groups"));
        _folder.Write("group", string.Concat([File.ReadAllText("/etc/group"), .. groups.Select(name => $"{name}:x:9000:\n")]));
    }

    private static string User(string name) => name.All(char.IsAsciiDigit)
        ? $"user{name}:x:{name}:0::/:/bin/sh\n"
        : $"{name}:x:9000:0::/:/bin/sh\n";

    private static IEnumerable<string> Values(string yaml, string key) => yaml.Split('\n').Select(line => line.Trim())
        .Where(line => line.StartsWith($"{key}: ", StringComparison.Ordinal))
        .SelectMany(line => line[(key.Length + 2)..].Split(',')).Select(name => name.Trim(' ', '[', ']', '"')).Distinct();
}
