using System.Globalization;

namespace Reuseportd.Model;

/// <summary>
/// A capability by its number in linux/capability.h. Its text is the name of capabilities(7) in lower case and without
/// <c>CAP_</c>.
/// </summary>
internal readonly record struct Capability(int Number) : IComparable<Capability>
{
    private const string Prefix = "cap_";

    /// <summary>Names in the order of their numbers; Linux 5.9 added the last.</summary>
    public static readonly ValueList<string> Names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ];

    /// <summary>The right to bind ports below 1024.</summary>
    public static readonly Capability NetBindService = new(10);

    /// <summary>The bit in the sets of capget(2) and of <c>/proc/PID/status</c>.</summary>
    public ulong Bit => 1UL << Number;

    /// <summary>Parses a name in any case, with or without <c>CAP_</c>.</summary>
    public static Capability? TryParse(string text)
    {
        var name = Plain(text);
        for (var number = 0; number < Names.Count; number++)
            if (Names[number] == name) return new Capability(number);
        return null;
    }

    /// <summary>The name in the form of <see cref="Names"/>.</summary>
    public static string Plain(string text)
    {
        var name = text.ToLowerInvariant();
        return name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
    }

    public int CompareTo(Capability other) => Number.CompareTo(other.Number);

    public override string ToString() => Number < Names.Count ? Names[Number] : Number.ToString(CultureInfo.InvariantCulture);
}
