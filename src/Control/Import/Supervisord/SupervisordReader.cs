using System.Runtime.CompilerServices;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>Reads <c>supervisord.conf</c> and the files that it includes.</summary>
internal static class SupervisordReader
{
    private const int MostFiles = 1000;

    private const int LongestShared = 1 << 14;

    public static ImportedFile Read(SourceText source, SourceTree tree, Findings findings)
    {
        var file = new ImportedFile(source.File);
        var sections = new OrderedDictionary<string, IniSection>(StringComparer.Ordinal);
        IniFile.Read(source, tree.Directory, sections, findings);
        if (sections.TryGetValue("include", out var include)) Include(include, tree, sections, file, findings);
        if (sections.TryGetValue("DEFAULT", out var defaults))
            file.Missing(defaults.Place, "[DEFAULT] is left out: set its keys for each program");
        foreach (var section in sections.Values) OtherSections.Read(section, file);
        var groups = Groups(sections, file);
        var daemon = sections.GetValueOrDefault("supervisord");
        if (daemon?.Entries.GetValueOrDefault("environment") is { Value.Length: > LongestShared } shared)
        {
            file.Missing(shared.Place, "the environment of all programs is too long");
            daemon = null;
        }

        var left = new StrongBox<int>(Expansion.MostInserted);
        foreach (var section in sections.Values)
        {
            if (file.Programs.Count == ImportedFile.MostPrograms)
            {
                findings.Error(section.Place, "", ImportedFile.TooMany);
                break;
            }

            Program(section, daemon, groups, left, file, tree.HostName);
        }

        return file;
    }

    private static void Program(
        IniSection section, IniSection? daemon, Dictionary<string, string> groups, StrongBox<int> left, ImportedFile file,
        string hostName)
    {
        var colon = section.Name.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return;
        var (kind, name) = (section.Name[..colon].Trim(), section.Name[(colon + 1)..].Trim());
        if (kind == "eventlistener")
            file.Missing(section.Place,
                $"event listener {Printable.Text(name)}: no counterpart; 'reuseportctl events -f' prints events");
        if (kind is not ("program" or "fcgi-program")) return;
        var program = new ImportedProgram(name, section.Place);
        if (kind == "fcgi-program")
            program.Missing(section.Place,
                "the FastCGI socket at descriptor 0 has no counterpart; the program must bind its port itself");
        new ProgramKeys(program, groups.GetValueOrDefault(name, name), section, left, hostName).Read(daemon);
        if (program.HasCommand) file.Programs.Add(program);
        else file.LeaveOut(program, $"program {Printable.Text(name)} has no command");
    }

    /// <summary>A pattern is relative to the directory of the main file, and blanks separate patterns.</summary>
    private static void Include(
        IniSection include, SourceTree tree, OrderedDictionary<string, IniSection> sections, ImportedFile file, Findings findings)
    {
        if (!include.Entries.TryGetValue("files", out var files)) return;
        var left = MostFiles;
        var host = tree.HostName.Replace("%", "%%", StringComparison.Ordinal);
        var patterns = files.Value.Replace("%(host_node_name)s", host, StringComparison.Ordinal);
        foreach (var pattern in patterns.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (pattern.Replace("%%", "", StringComparison.Ordinal).Contains('%', StringComparison.Ordinal))
            {
                file.Missing(files.Place, $"the value in {Printable.Text(pattern)} is not known here; its files are left out");
                continue;
            }

            var found = tree.Match(tree.Absolute(pattern.Replace("%%", "%", StringComparison.Ordinal)));
            if (found.Count == 0) file.Note(files.Place, $"no file matches {Printable.Text(pattern)}");
            if (found.Count > left) file.Missing(files.Place, $"more than {MostFiles} files; the others are left out");
            foreach (var path in found.Take(left))
            {
                left--;
                if (tree.Read(path) is { } included)
                    IniFile.Read(included, path[..Math.Max(1, path.LastIndexOf('/'))], sections, findings);
            }
        }
    }

    private static Dictionary<string, string> Groups(OrderedDictionary<string, IniSection> sections, ImportedFile file)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var section in sections.Values.Where(section => section.Name.StartsWith("group:", StringComparison.Ordinal)))
        {
            var name = section.Name["group:".Length..].Trim();
            file.Note(
                section.Place, $"group {Printable.Text(name)}: there are no groups; commands take several names and patterns");
            foreach (var program in (section.Entries.GetValueOrDefault("programs")?.Value ?? "").Split(
                [',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
                groups.TryAdd(program, name);
        }

        return groups;
    }
}
