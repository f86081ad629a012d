using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>The section <c>[Unit]</c>.</summary>
internal static class DependencyKeys
{
    private const string Service = ".service";

    /// <summary>Targets that a system reaches before the daemon starts, or which its unit names.</summary>
    private static readonly string[] Early =
    [
        "sysinit.target", "basic.target", "network.target", "network-pre.target", "network-online.target", "local-fs.target",
        "remote-fs.target", "nss-lookup.target", "nss-user-lookup.target", "time-set.target", "sockets.target", "syslog.target",
        "multi-user.target",
    ];

    public static void Read(Assignment one, ImportedProgram program, LifeKeys life, SocketUnits sockets)
    {
        switch (one.Key)
        {
            case "Description":
                program.Description = one.Value;
                break;
            case "Documentation" or "SourcePath" or "DefaultDependencies":
                program.Same();
                break;
            case "Before" or "PartOf" or "Conflicts" or "StartLimitAction":
                program.Note(one.Place, $"{one.Key}={Printable.Text(one.Value)} is left out");
                break;
            case "After" or "Requires" or "Wants" or "BindsTo" or "Requisite":
                After(one, program, sockets);
                break;
            case "StartLimitIntervalSec" or "StartLimitInterval" or "StartLimitBurst":
                life.Read(one);
                break;
            default:
                program.Unknown(one.Place, $"{one.Key}={one.Value}");
                break;
        }
    }

    /// <summary>A service may be among those that are imported. The daemon's unit has to name the other units.</summary>
    private static void After(Assignment one, ImportedProgram program, SocketUnits sockets)
    {
        foreach (var unit in one.Value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (unit.EndsWith(Service, StringComparison.Ordinal))
                program.DependsOn.Add((unit[..^Service.Length].Replace('@', '-'), one.Place));
            else if (Early.Contains(unit)) program.Same();
            else if (!sockets.Read(one, unit, isActivated: false))
                program.Note(one.Place, $"{one.Key}={Printable.Text(unit)}: name it in the daemon's unit");
        }
    }
}
