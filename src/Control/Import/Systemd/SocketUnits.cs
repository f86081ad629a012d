using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>
/// Sockets that systemd opens before a service, sd_listen_fds(3). The daemon opens none, so the program binds none, or another
/// address.
/// </summary>
internal sealed class SocketUnits(ImportedProgram program)
{
    public const string Suffix = ".socket";

    /// <summary>Sockets of common services: a unit that names them is a client.</summary>
    private static readonly string[] OfOthers =
    [
        "avahi-daemon", "containerd", "cups", "dbus", "docker", "libvirtd", "pcscd", "podman", "rpcbind", "saslauthd", "snapd",
        "syslog",
    ];

    private bool isSaid;

    /// <param name="isActivated">False if the unit may be a client of the socket.</param>
    /// <returns>False for a unit of another kind.</returns>
    public bool Read(Assignment one, string unit, bool isActivated)
    {
        if (!unit.EndsWith(Suffix, StringComparison.Ordinal)) return false;
        var name = unit[..^Suffix.Length];
        if (!isActivated && name != program.Name
            && (OfOthers.Contains(name) || name.StartsWith("systemd-", StringComparison.Ordinal)))
            return false;
        Say(one.Place, $"{one.Key}={Printable.Text(unit)}");
        return true;
    }

    /// <summary>A socket unit that is there, also if the unit does not name it.</summary>
    public void Read(string file) => Say(program.Place, Printable.Text(file));

    private void Say(Place at, string what)
    {
        if (isSaid) program.Same();
        else program.Missing(at, $"{what}: no socket at descriptor 3; the program must bind it itself");
        isSaid = true;
    }
}
