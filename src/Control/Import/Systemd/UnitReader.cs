using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Reads a <c>.service</c> unit, or a template, with its drop-ins.</summary>
internal static class UnitReader
{
    private const string Suffix = UnitFolders.Suffix;

    public static ImportedFile Read(SourceText source, SourceTree tree, Findings findings)
    {
        var file = new ImportedFile(source.File);
        var unit = Path.GetFileName(source.File);
        var name = unit.EndsWith(Suffix, StringComparison.Ordinal) ? unit[..^Suffix.Length] : unit;
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var prefix = at < 0 ? name : name[..at];
        var instance = at < 0 || at + 1 == name.Length ? null : name[(at + 1)..];
        var folders = new UnitFolders(tree, instance is null ? [name] : [name, $"{prefix}@"]);
        var assignments = UnitFile.Read(source, findings);
        foreach (var dropIn in folders.DropIns()) assignments.AddRange(UnitFile.Read(dropIn, findings));

        var program = new ImportedProgram(instance is null ? prefix : $"{prefix}-{instance}", new Place(source.File, 1, 1));
        var type = TypeOf(assignments);
        if (type?.Value == "oneshot")
        {
            file.Missing(type.Place, $"{Printable.Text(unit)} is a oneshot, and runs to its end: no counterpart");
            return file;
        }

        if (at >= 0 && instance is null)
            program.Note(program.Place, "a template: its instances are workers of one service", Key.Workers.Path);
        if (folders.Unread() is { } unread)
            program.Missing(
                program.Place,
                $"drop-ins in {Printable.Text(unread)} are not read; import the output of 'systemctl cat' instead");
        var specifiers = new Specifiers(program, prefix, instance, isTemplate: at >= 0, tree);
        new ServiceKeys(program, specifiers, tree).Read(assignments, folders.Socket());
        if (program.HasCommand) file.Programs.Add(program);
        else file.LeaveOut(program, $"{Printable.Text(unit)} has no ExecStart that can be read");
        return file;
    }

    private static Assignment? TypeOf(List<Assignment> assignments) =>
        assignments.FindLast(one => one is { Section: "Service", Key: "Type", Value.Length: > 0 });
}
