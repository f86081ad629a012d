using System.Globalization;

namespace Reuseportd.Model;

/// <summary>
/// A capability by its number in linux/capability.h; written as in capabilities(7), in lower case and without <c>CAP_</c>.
/// </summary>
internal readonly record struct Capability(int Number) : IComparable<Capability>
{
    private const string Prefix = "cap_";

    /// <summary>In the order of their numbers, up to Linux 5.9; none came since.</summary>
    public static readonly ValueList<string> Names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ];

    /// <summary>Its bit in the sets of capget(2) and of <c>/proc/PID/status</c>.</summary>
    public ulong Bit => 1UL << Number;

    /// <summary>Reads a name in any case, with <c>CAP_</c> or without.</summary>
    public static Capability? TryParse(string text)
    {
        var name = Plain(text);
        for (var number = 0; number < Names.Count; number++)
            if (Names[number] == name) return new Capability(number);
        return null;
    }

    /// <summary>The name as <see cref="Names"/> would have it.</summary>
    public static string Plain(string text)
    {
        var name = text.ToLowerInvariant();
        return name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
    }

    public int CompareTo(Capability other) => Number.CompareTo(other.Number);

    public override string ToString() => Number < Names.Count ? Names[Number] : Number.ToString(CultureInfo.InvariantCulture);
}
