using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>The section <c>[Unit]</c>.</summary>
internal static class DependencyKeys
{
    private const string Service = ".service";

    public static void Read(Assignment one, ImportedProgram program, LifeKeys life)
    {
        switch (one.Key)
        {
            case "Description":
                program.Description = one.Value;
                break;
            case "Documentation" or "SourcePath" or "Before" or "PartOf" or "StartLimitAction" or "DefaultDependencies":
                break;
            case "After" or "Requires" or "Wants" or "BindsTo" or "Requisite":
                After(one, program);
                break;
            case "StartLimitIntervalSec" or "StartLimitInterval" or "StartLimitBurst":
                life.Read(one);
                break;
            default:
                program.Unknown(one.Place, $"{one.Key}={one.Value}");
                break;
        }
    }

    /// <summary>Targets, sockets and devices are there before the daemon is.</summary>
    private static void After(Assignment one, ImportedProgram program)
    {
        foreach (var unit in one.Value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (unit.EndsWith(Service, StringComparison.Ordinal))
                program.DependsOn.Add((unit[..^Service.Length].Replace('@', '-'), one.Place));
            else if (!unit.EndsWith(".target", StringComparison.Ordinal))
                program.Note(one.Place, $"{one.Key}={Printable.Text(unit)}: name it in the daemon's unit");
        }
    }
}
