using System.Text;
using CsCheck;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import;
using Tests.Import;

namespace Decisions.Tests.Import;

/// <summary>
/// Damaged files of each kind: each has errors with places inside the file, or a result without errors for the daemon.
/// </summary>
public sealed class ImportFuzzTests
{
    private static readonly string[] Scraps =
    [
        "{", "}", "{{", "{worker}", "[", "]", "\"", "'", "\\", "\n", "\n ", "\n\n", "\t", " ", ":", "=", "=\n", ",", ";", "#",
            "%", "%(", "%(x)s",
        "%(process_num)02d", "%(ENV_A)s", "%i", "%%", "$", "${", "${A", "${A:-${B}}", "$$", "|", "&", "&&", "<", ">", "(", ")",
            "*", "&a ",
        "*a", "<<: ", "- ", "~", "null", "true", "-1", "0", "65536", "99999999999999999999", "1e9", "infinity", "5s", "1min 3",
            "512M",
        "\u0085", "\u2028", "\uFEFF", "\U0001F600", "[Service]\n", "[program:x]\n", "ExecStart=", "command=", "command: ",
            "services:",
        "\"apps\"", "REUSEPORT_X=1", "\\u0000", "\\ud800", "-", "/", "a/b", "unix:", "0.0.0.0:", ":80", "--port=", "\r\n",
    ];

    public static TheoryData<string> KindsOfFiles => [.. Kinds.All];

    [Theory]
    [MemberData(nameof(KindsOfFiles))]
    public void Read_DamagedFile_KeepsTheInvariants(string kind)
    {
        var seeds = ImportCases.Names.Select(SampleCase.Load).Where(one => one.Kind == kind).ToArray();
        var edits = Gen.Select(Gen.Double.Unit, Gen.Int[0, 4], Gen.OneOf(Scraps), Gen.Int[1, 40]).Array[1, 4];
        Gen.Select(Gen.Int[0, seeds.Length - 1], edits).Sample(
            one =>
            {
                var (seed, changes) = one;
                var (_, file, _, files) = seeds[seed];
                // Of several files, one is damaged.
                var names = files.Keys.Where(name => name != "expected.yaml").Order(StringComparer.Ordinal).ToArray();
                var victim = names[(int)(changes[0].Item1 * (names.Length - 1))];
                var damaged =
                    changes.Aggregate(files[victim], (now, edit) => Damaged(now, edit.Item1, edit.Item2, edit.Item3, edit.Item4));
                var all = new Dictionary<string, string>(files) { [victim] = damaged };
                Check(kind, file, all);
            },
            iter: Iterations.Times(1_000));
    }

    [Theory]
    [MemberData(nameof(KindsOfFiles))]
    public void Read_RandomText_KeepsTheInvariants(string kind) => Gen.OneOf(
            Gen.OneOf(Scraps).Array[0, 40].Select(
                string.Concat), Gen.String[Gen.Char["abs:-[]{}&*!|>'\"%@`#,?= \n\t\\0<x$(;"], 0, 120])
        .Sample(
            text => Check(kind, "x.json", new Dictionary<string, string> { ["x.json"] = text }), iter: Iterations.Times(500));

    [Theory]
    [InlineData(Kinds.Supervisord, "[program:x]\ncommand=", "%(process_num)d ")]
    [InlineData(Kinds.Supervisord, "", "[program:x#]\ncommand=a\n")]
    [InlineData(Kinds.Supervisord, "[program:x]\ncommand=a\nenvironment=", "A#=\"b\",")]
    [InlineData(Kinds.Systemd, "[Service]\nExecStart=/a ", "${A} $B %i\\\n")]
    [InlineData(Kinds.Systemd, "[Service]\nExecStart=/a\n", "Environment=A#=b\n")]
    [InlineData(Kinds.Systemd, "[Service]\nExecStart=/a\n", "A=b\n")]
    [InlineData(Kinds.Systemd, "[Service]\nExecStart=/a\n", "A#=\nA=b\n")]
    [InlineData(Kinds.Systemd, "[Service]\nExecStart=/a\n", "EnvironmentFile=/#\n")]
    [InlineData(Kinds.Systemd, "[Service]\nExecStart=/a\n", "SupplementaryGroups=g#\n")]
    [InlineData(Kinds.Systemd, "[Service]\nExecStart=/a ", "$$")]
    [InlineData(Kinds.Systemd, "[Service]\nExecStart=/a ", ":# ")]
    [InlineData(Kinds.Supervisord, "[program:x]\ncommand=", "%(")]
    [InlineData(Kinds.Supervisord, "[program:x]\ncommand=", "%(ENV_A)s")]
    [InlineData(Kinds.Supervisord, "[program:x]\ncommand=a\n", "a#=b\n")]
    [InlineData(Kinds.Procfile, "", "w#: a -p $PORT && b\n")]
    [InlineData(Kinds.Procfile, "web: ", "a && ")]
    [InlineData(Kinds.Compose, "services:\n", "  s#: { command: a b, depends_on: [s1] }\n")]
    [InlineData(Kinds.Compose, "services: { a: { command: \"", "${A:-")]
    [InlineData(Kinds.Pm2, "[", "[")]
    [InlineData(Kinds.Pm2, "[", "{\"script\":\"a.js\"},")]
    public void Read_LargeText_KeepsTheInvariants(string kind, string start, string part)
    {
        var text = new StringBuilder(start);
        for (var number = 1; text.Length < 1_000_000; number++)
            text.Append(part.Replace("#", $"{number}", StringComparison.Ordinal));
        Check(kind, "x.json", new Dictionary<string, string> { ["x.json"] = text.ToString() }, isLarge: true);
    }

    private static void Check(string kind, string file, IReadOnlyDictionary<string, string> files, bool isLarge = false)
    {
        var findings = new Findings();
        var sound = new Dictionary<string, string>();
        foreach (var (name, text) in files)
        {
            // A file is decoded before a reader has it.
            if (SourceText.Decode(name, Encoding.UTF8.GetBytes(text), SourceRole.Services, findings) is { } source)
                sound[name] = source.Text;
        }

        if (!sound.TryGetValue(file, out var main)) return;
        var sample = Sample.Read(kind, file, main, sound);
        foreach (var error in sample.Errors)
        {
            var lines = error.File.EndsWith(".json", StringComparison.Ordinal) && kind == Kinds.Pm2
                ? [.. sound[error.File].Split('\n')] : sound[error.File].EnumerateLines();
            Assert.InRange(error.Line, 1, lines.Count);
            Assert.InRange(error.Column, 1, lines[error.Line - 1].Length + 1);
        }

        if (sample.Errors.Count > 0) return;
        if (isLarge && sample.Yaml.Length > SourceText.LargestFile) return;
        var result =
            ConfigurationReader.Read([new SourceText("out.yaml", sample.Yaml, SourceRole.Services)], ImportedFilesTests.Host);
        Assert.True(result.Errors.Count == 0, $"{string.Join('\n', result.Errors)}\n{(isLarge ? "" : sample.Yaml)}");
    }

    private static string Damaged(string text, double where, int how, string scrap, int length)
    {
        var at = (int)(where * text.Length);
        var end = Math.Min(text.Length, at + length);
        return how switch
        {
            0 => text.Insert(at, scrap),
            1 => text.Remove(at, end - at),
            2 => text[..at] + scrap + text[end..],
            3 => text[..end] + text[at..],
            _ => text[..at] + text[end..] + text[at..end],
        };
    }
}

file static class TextLines
{
    /// <summary>The lines as the readers count them.</summary>
    public static List<string> EnumerateLines(this string text)
    {
        var lines = new List<string>();
        foreach (var line in text.AsSpan().EnumerateLines()) lines.Add(line.ToString());
        return lines;
    }
}
