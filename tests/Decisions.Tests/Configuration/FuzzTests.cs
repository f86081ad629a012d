using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

/// <summary>
/// No text causes a crash or a hang. Each has a complete fleet, or errors with a place inside the file. Thousands of texts:
/// mutations of the examples, the corpus and the golden cases, random services, random bytes.
/// </summary>
public sealed class FuzzTests
{
    /// <summary>Thousands of times longer than a text needs, so that the test passes on a busy machine.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private static readonly string[] Seeds =
    [
        .. Directory.GetFiles(Checkout.At("config"), "*.yaml", SearchOption.AllDirectories),
        .. Directory.GetFiles(Path.Combine(Given.Folder, "Corpus")),
        .. Directory.GetFiles(Path.Combine(Given.Folder, "Cases"), "*.yaml", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/syntax/", StringComparison.Ordinal)),
    ];

    private static readonly string[] Scraps =
    [
        "&a ", "*a", "<<: *a", "<<: ", "- ", "? ", ": ", "[", "]", "{", "}", ",", "\"", "'", "|", ">", "|\n",
        "!!str ", "!x ", "#", "%", "@", "`", "\t", "\n", "\r",
        "---\n", "...\n", "~", "null", "true", "0", "-1", "65536", "99999999999999999999", "1e999", ".nan",
        "5s", "\\", "\\x00", "\"\\0\"", "\"\\ud800\"", "{worker}",
        "\"{worker}\"", "x-", "\u0085", "\u2028", "\uFEFF", "\U0001F600", "    ",
        "services:", "web:", "command: ", "reuseport: ", "ports: ",
    ];

    /// <summary>Keys of a service, each with values that are mostly right.</summary>
    private static readonly (string Key, string[] Values)[] Keys =
    [
        ("workers", ["1", "auto", "16", "0"]),
        ("environment", ["{ A: b, C: '{worker}' }", "[A=b, C=]", "{ 1A: b }", "{}"]),
        ("env_file", ["/etc/default/web", "[/a, -/b]", "relative"]),
        ("working_dir", ["/srv/{service}", "/", "srv"]),
        ("user", ["dns", "www-data", "0", "nobody-here"]),
        ("group", ["dns", "33"]),
        ("umask", ["0022", "'77'", "0o27", "8"]),
        ("autostart", ["true", "false", "yes"]),
        ("readiness", ["bind", "tcp", "{ type: delay, delay: 2s }", "{ type: exec, command: a b }", "{ timeout: 3s }", "delay"]),
        ("restart", ["always", "{ policy: no, delay: 1s, multiplier: 1.5, jitter: 0 }", "{ max_delay: 50ms, window: 1h }"]),
        ("stop_signal", ["TERM", "SIGINT", "RTMIN+3", "15", "65"]),
        ("stop_grace_period", ["0", "1.5s", "8d"]),
        ("reload_signal", ["HUP", "usr1"]),
        ("update", ["{ max_surge: 0 }", "{ order: stop-first, drain_timeout: 1m }", "{ max_surge: 0, max_unavailable: 0 }"]),
        ("stall", ["{ after: 2s, action: none }", "{}"]),
        ("limits",
        [
            "{ nofile: infinity, as: 1GiB, rlimit_nice: 3 }", "{ nice: -5, cpu_affinity: [0, 2-3] }", "{ core: 1K }",
            "{ memory_max: 1GiB, cpu_quota: 50%, tasks_max: 9 }",
        ]),
        ("logging", ["{ rate_limit_burst: 0, line_max: 4KiB }", "{ line_max: 1 }"]),
        ("stdout", ["null", "inherit", "file:/x", "journal", "~"]),
        ("stderr", ["null", "file:x"]),
        ("x-mine", ["{ a: [b] }", "*base"]),
        ("<<", ["*base", "[*base, { workers: 3 }]", "{ workers: 3, zzz: 1 }"]),
        ("wrokers", ["1"]),
    ];

    private static readonly Dictionary<string, string> LargeTexts = new()
    {
        ["open brackets"] = Repeat("["),
        ["open braces"] = Repeat("{"),
        ["open keys"] = Repeat("? "),
        ["anchors"] = Repeat("&a "),
        ["aliases"] = "x-a: &a 1\nx-b: [" + Repeat("*a,"),
        ["items"] = "services: [" + Repeat("a,"),
        ["unknown keys"] = Numbered(70_000, "k#: #\n"),
        ["services"] = "services:\n" + Numbered(12_000, "  s#: { command: a, user: dns, reuseport: { ports: # } }\n"),
        ["merges"] = "x-a: &a {" + Numbered(1_000, "k#: 1,") + "}\nx-b: { <<: [" + Numbered(10_000, "*a,") + "] }",
        ["quoted lines"] = "services: \"" + Repeat("a\n "),
        ["comments"] = Repeat("#\n"),
        ["directives"] = Repeat("%A\n"),
        ["bangs"] = Repeat("!"),
    };

    public static TheoryData<string> Corpus =>
        [.. Directory.GetFiles(Path.Combine(Given.Folder, "Corpus")).Select(path => Path.GetFileName(path)!)];

    public static TheoryData<string> Large => [.. LargeTexts.Keys];

    [Theory]
    [MemberData(nameof(Corpus))]
    public void Read_CorpusFile_KeepsTheInvariants(string name) =>
        Check(File.ReadAllBytes(Path.Combine(Given.Folder, "Corpus", name)));

    [Fact]
    public void Read_MutatedFiles_KeepTheInvariants()
    {
        var seeds = Seeds.Select(File.ReadAllText).ToArray();
        var mutations = Gen.Select(Gen.Double.Unit, Gen.Int[0, 5], Gen.OneOf(Scraps), Gen.Int[1, 30]).Array[1, 3];
        Gen.Select(Gen.OneOf(seeds), mutations)
            .Select((seed, edits) => edits.Aggregate(
                seed,
                (text, edit) => Mutated(text, edit.Item1, edit.Item2, edit.Item3, edit.Item4)))
            .Sample(text => Check(Encoding.UTF8.GetBytes(text)), iter: Iterations.Times(2_500));
    }

    [Fact]
    public void Read_RandomServices_KeepTheInvariants() =>
        Configurations.Sample(text => Check(Encoding.UTF8.GetBytes(text)), iter: Iterations.Times(1_500));

    [Fact]
    public void Read_RandomBytes_KeepTheInvariants() => Gen.OneOf(
            Gen.Byte.Array[0, 200],
            Gen.String[Gen.Char["abs:-[]{}&*!|>'\"%@`#,? \n\t\\0<x"], 0, 120].Select(Encoding.UTF8.GetBytes))
        .Sample(Check, iter: Iterations.Times(2_000));

    [Theory]
    [MemberData(nameof(Large))]
    public void Read_LargeText_KeepsTheInvariants(string what)
    {
        var text = LargeTexts[what];
        Assert.True(text.Length <= SourceText.LargestFile, what);
        Check(Encoding.UTF8.GetBytes(text));
    }

    private static string Repeat(string text) =>
        string.Concat(Enumerable.Repeat(text, (SourceText.LargestFile - 100) / text.Length));

    /// <summary>The text many times, with the number from 1 for each '#'.</summary>
    private static string Numbered(int times, string text) => string.Concat(
        Enumerable.Range(1, times)
            .Select(n => text.Replace("#", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));

    private static void Check(byte[] bytes)
    {
        var watch = Stopwatch.StartNew();
        var findings = new Findings();
        var source = SourceText.Decode("x.yaml", bytes, SourceRole.Main, findings);
        var result = ConfigurationReader.Read(source is null ? [] : [source], Given.Root, findings);
        Assert.True(watch.Elapsed < Deadline, $"took {watch.Elapsed}");

        Assert.Equal(result.Fleet is null, result.Errors.Count > 0);
        var lines = source is null
            ? [.. Encoding.UTF8.GetString(bytes).Split('\n').Select(line => line.Length)]
            : Lines(source.Text);
        (int, int) last = (0, 0);
        foreach (var error in result.Errors)
        {
            Assert.InRange(error.Line, 1, lines.Count);
            Assert.InRange(error.Column, 1, lines[error.Line - 1] + 1);
            Assert.True(last.CompareTo((error.Line, error.Column)) <= 0, "out of order");
            var said = error.ToString();
            Assert.True(error.Message.Length > 0 && !said.Any(char.IsControl), said);
            last = (error.Line, error.Column);
        }

        foreach (var service in result.Fleet?.Services ?? []) CheckService(service);
    }

    private static void CheckService(ServiceSpec service)
    {
        Assert.InRange(service.Name.Length, 1, 64);
        Assert.InRange(service.Workers, 1, 10_000);
        Assert.NotEmpty(service.Process.Command);
        var ranges = service.Process.Reuseport.Ports.Ranges;
        Assert.DoesNotContain(ranges, range => range.First < 1 || range.First > range.Last || range.Last > 65535);
        Assert.True(service.Restart.Delay > TimeSpan.Zero && service.Restart.MaxDelay >= service.Restart.Delay);
        Assert.InRange(service.Restart.Jitter, 0, 1);
        Assert.True(service.Update.MaxSurge + service.Update.MaxUnavailable > 0);
        Assert.True(service.Readiness.Timeout > TimeSpan.Zero);
        var worker = new WorkerName(service.Name, 0);
        var texts = service.Process.Command.Concat(service.Process.Environment.Select(variable => variable.Value));
        Assert.DoesNotContain(texts, text => text.Expand(worker).Contains('\0', StringComparison.Ordinal));
    }

    /// <summary>Length of each line.</summary>
    private static List<int> Lines(string text)
    {
        var lengths = new List<int>();
        foreach (var line in text.AsSpan().EnumerateLines()) lengths.Add(line.Length);
        return lengths;
    }

    private static string Mutated(string text, double where, int how, string scrap, int length)
    {
        var at = (int)(where * text.Length);
        var end = Math.Min(text.Length, at + length);
        var lines = text.Split('\n');
        var line = (int)(where * lines.Length);
        return how switch
        {
            0 => text.Insert(at, scrap),
            1 => text.Remove(at, end - at),
            2 => text[..at] + scrap + text[end..],
            3 => text[..end] + text[at..],
            4 => string.Join('\n', lines.Where((_, index) => index != line)),
            _ => string.Join('\n', lines.Select((written, index) => index == line ? Indented(written) : written)),
        };

        string Indented(string written) => new string(' ', length % 7) + written.TrimStart();
    }

    /// <summary>Services whose keys have a valid value or, rarely, a value of another key; some use merge keys.</summary>
    private static Gen<string> Configurations
    {
        get
        {
            var right = Gen.OneOf([.. Keys.Select(key => Gen.OneOf(key.Values).Select(value => $"{key.Key}: {value}"))]);
            var wrong = Gen.Select(Gen.OneOf([.. Keys.Select(key => key.Key)]), Tree(3))
                .Select((key, value) => $"{key}: {value}");
            var command = Gen.Frequency((9, Gen.OneOf("[a, b]", "a 'b c'", "[a, '{9000+worker}']")), (1, Tree(2)));
            var ports = Gen.Frequency((9, Gen.OneOf("80", "any", "[53, 8000-8010]")), (1, Tree(2)));
            var keys = Gen.Frequency((24, right), (1, wrong)).Array[0, 6];
            return Gen.Select(command, ports, keys).Select(Service).Array[1, 3].Select(services =>
                "x-base: &base { workers: 2, stop_signal: INT }\nservices:\n"
                + string.Concat(services.Select((service, index) => $"  s{index}:\n{service}")));
        }
    }

    private static string Service(string command, string ports, string[] keys) =>
        $"    command: {command}\n    reuseport: {{ ports: {ports} }}\n"
        + string.Concat(keys.DistinctBy(key => key.Split(':')[0]).Select(key => $"    {key}\n"));

    private static Gen<string> Tree(int depth)
    {
        var scalar = Gen.OneOf("a", "1", "-1", "8080", "true", "~", "''", "5s", "/srv", "'{worker}'", "'a | b'", "*base", "&c d");
        if (depth == 0) return scalar;
        var below = Tree(depth - 1);
        var key = Gen.OneOf("a", "type", "ports", "delay", "policy", "nofile", "x-y", "<<");
        var map = Gen.Select(key, below).Select((name, value) => $"{name}: {value}").Array[0, 4];
        var list = below.Array[0, 4].Select(items => $"[{string.Join(", ", items)}]");
        return Gen.Frequency((3, scalar), (2, map.Select(entries => $"{{ {string.Join(", ", entries)} }}")), (1, list));
    }
}
