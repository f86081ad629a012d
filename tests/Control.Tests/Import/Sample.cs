using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import;
using Reuseportd.Control.Import.Files;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Services;
using Reuseportd.Control.Import.Sources;

namespace Tests.Import;

/// <summary>What an import of texts gives.</summary>
internal sealed record Sample(string Yaml, IReadOnlyList<Remark> Remarks, IReadOnlyList<ConfigurationError> Errors)
{
    /// <summary>The absolute path of the directory that the files are in.</summary>
    public const string Directory = "/srv/source";

    /// <summary>The name of the host.</summary>
    public const string HostName = "source.example";

    /// <summary>The user and the group that the host does not have.</summary>
    public const string Absent = "absent";

    public int Missing => Remarks.Count(remark => remark.Weight == Weight.Missing);

    /// <param name="files">Other files by their paths below the directory, or by their absolute paths.</param>
    public static Sample Read(
        string kind, string name, string text, IReadOnlyDictionary<string, string>? files = null, string? script = null,
        string directory = Directory)
    {
        var findings = new Findings();
        var tree = Tree(files ?? new Dictionary<string, string>(), directory);
        var source = new SourceText(name, text, SourceRole.Services);
        var code = script is null ? null : new SourceText(name, script, SourceRole.Services);
        var file = Importer.Read(kind, source, tree, findings, code);
        if (findings.Errors.Count > 0) return new Sample("", [], findings.Errors);
        Mapping.Complete([file]);
        new HostAccounts(IsAccount, IsAccount).Check([file]);
        Remark[] remarks = [.. file.Remarks, .. file.Programs.SelectMany(program => program.Remarks)];
        return new Sample(ServiceText.Write([file]), remarks, []);
    }

    /// <summary>True for each name that can be one of an account, but for one.</summary>
    public static bool IsAccount(string name) =>
        name != Absent && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static SourceTree Tree(IReadOnlyDictionary<string, string> files, string directory)
    {
        var byPath = files.ToDictionary(file => SourceTree.Absolute(directory, file.Key), file => file);
        return new SourceTree(directory, Read, Match)
        {
            Start = path => Read(path) is { } file ? Encoding.UTF8.GetBytes(file.Text) : null, Peek = Read, HostName = HostName,
        };

        SourceText? Read(string path) => byPath.TryGetValue(path, out var file)
            ? new SourceText(file.Key, file.Value, SourceRole.Services)
            : null;
        IReadOnlyList<string> Match(string pattern) =>
            [.. byPath.Keys.Where(path => Glob.IsMatch(pattern, path)).Order(StringComparer.Ordinal)];
    }
}
