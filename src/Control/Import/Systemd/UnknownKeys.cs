using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Keys of <c>[Service]</c> without a counterpart, each with what can take its place.</summary>
internal static class UnknownKeys
{
    private static readonly string[] Harmless =
    [
        "PIDFile", "RemainAfterExit", "GuessMainPID", "SyslogIdentifier", "SyslogFacility", "SyslogLevel", "NotifyAccess",
        "Slice", "CPUAccounting", "MemoryAccounting", "TasksAccounting", "IOAccounting", "BlockIOAccounting", "IPAccounting",
        "TimeoutStopFailureMode", "TimeoutStartFailureMode", "ExitType", "OOMPolicy", "IgnoreSIGPIPE", "Delegate",
    ];

    /// <summary>Without a prefix of the sandboxes; a key that is off needs no counterpart.</summary>
    private static readonly string[] Switches =
    [
        "DynamicUser", "LockPersonality", "MemoryDenyWriteExecute", "RemoveIPC", "NonBlocking", "MountAPIVFS", "SendSIGHUP",
        "RootDirectoryStartOnly",
    ];

    public static void Read(Assignment one, ImportedProgram program)
    {
        var text = $"{one.Key}={one.Value}";
        if (UnitValues.Flag(one.Value) == false && (IsSandbox(one.Key) || Switches.Contains(one.Key)))
            program.Same();
        else if (one.Key == "SendSIGKILL" && UnitValues.Flag(one.Value) == true)
            program.Same();
        else if (Harmless.Contains(one.Key))
            program.Note(one.Place, $"{Configuration.Text.Printable.Text(text)} is left out");
        else
            program.Unknown(one.Place, text, Remedy(one.Key));
    }

    private static string Remedy(string key) => key switch
    {
        "WatchdogSec" => "see 'liveness'",
        "DynamicUser" => "make a user, see sysusers.d(5)",
        "RuntimeDirectory" or "StateDirectory" or "CacheDirectory" or "LogsDirectory" or "ConfigurationDirectory" =>
            "make the directory, see tmpfiles.d(5)",
        "PassEnvironment" => "workers have the daemon's environment",
        "Sockets" => "the program must bind its port itself",
        "CPUWeight" or "CPUShares" or "IOWeight" or "MemoryHigh" or "MemorySwapMax" or "MemoryMin" or "MemoryLow"
            or "AllowedCPUs" =>
            "the control group of all workers is that of the daemon's unit",
        _ when IsSandbox(key) || key.StartsWith("SystemCall", StringComparison.Ordinal)
            || key.EndsWith("Paths", StringComparison.Ordinal) || key.EndsWith("Directories", StringComparison.Ordinal)
            || key is "CapabilityBoundingSet" or "LockPersonality" or "MemoryDenyWriteExecute" or "RemoveIPC" =>
            "the daemon's unit can have it, for all workers",
        _ => "",
    };

    private static bool IsSandbox(string key) =>
        key.StartsWith("Protect", StringComparison.Ordinal) || key.StartsWith("Private", StringComparison.Ordinal)
        || key.StartsWith("Restrict", StringComparison.Ordinal);
}
