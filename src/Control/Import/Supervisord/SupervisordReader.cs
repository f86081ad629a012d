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
        IniFile.Read(source, sections, findings);
        if (sections.TryGetValue("include", out var include)) Include(include, tree, sections, file, findings);
        var groups = Groups(sections, file);
        var daemon = sections.GetValueOrDefault("supervisord");
        if (daemon?.Entries.GetValueOrDefault("environment") is { Value.Length: > LongestShared } shared)
        {
            file.Missing(shared.Place, "the environment of all programs is too long");
            daemon = null;
        }

        foreach (var section in sections.Values)
        {
            if (file.Programs.Count == ImportedFile.MostPrograms)
            {
                findings.Error(section.Place, "", ImportedFile.TooMany);
                break;
            }

            Take(section, daemon, groups, tree.Directory, file);
        }

        return file;
    }

    private static void Take(
        IniSection section, IniSection? daemon, Dictionary<string, string> groups, string here, ImportedFile file)
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
        new ProgramKeys(program, groups.GetValueOrDefault(name, name), here).Read(section, daemon);
        if (program.HasCommand) file.Programs.Add(program);
        else file.Missing(section.Place, $"program {Printable.Text(name)} has no command");
    }

    /// <summary>A pattern is relative to the directory of the main file, and blanks separate patterns.</summary>
    private static void Include(
        IniSection include, SourceTree tree, OrderedDictionary<string, IniSection> sections, ImportedFile file, Findings findings)
    {
        if (!include.Entries.TryGetValue("files", out var files)) return;
        var left = MostFiles;
        foreach (var pattern in files.Value.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var whole = tree.Absolute(pattern.Replace("%(here)s", tree.Directory, StringComparison.Ordinal));
            var found = whole.Contains('%', StringComparison.Ordinal) ? [] : tree.Match(whole);
            if (found.Count == 0) file.Note(files.Place, $"no file matches {Printable.Text(pattern)}");
            foreach (var path in found.Take(left))
            {
                left--;
                if (tree.Read(path) is { } included) IniFile.Read(included, sections, findings);
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
