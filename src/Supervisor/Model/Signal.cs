using System.Globalization;

namespace Reuseportd.Model;

/// <summary>A signal by its Linux number (signal(7), x86 and ARM numbering).</summary>
internal readonly record struct Signal(int Number)
{
    /// <summary>Sends nothing: only checks the process and the right to signal it (kill(2)).</summary>
    public static readonly Signal None = new(0);

    public static readonly Signal Hup = new(1);
    public static readonly Signal Kill = new(9);
    public static readonly Signal Term = new(15);
    public static readonly Signal Continue = new(18);

    private static readonly string[] StandardNames =
    [
        "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR",
        "SYS",
    ];

    /// <summary>First and last real-time signals that glibc leaves to programs.</summary>
    private const int RealTimeMin = 34;
    private const int RealTimeMax = 64;

    /// <summary>Parses <c>TERM</c>, <c>SIGTERM</c>, <c>15</c> or <c>RTMIN+3</c>, in any case.</summary>
    public static Signal? TryParse(string text)
    {
        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        var index = Array.IndexOf(StandardNames, name, 1);
        if (index > 0) return new Signal(index);
        if (name == "RTMIN") return new Signal(RealTimeMin);
        if (name == "RTMAX") return new Signal(RealTimeMax);
        if (name.StartsWith("RTMIN+", StringComparison.Ordinal)) return InRange(name[6..], RealTimeMin, 1, RealTimeMin);
        if (name.StartsWith("RTMAX-", StringComparison.Ordinal)) return InRange(name[6..], RealTimeMax, -1, RealTimeMin);
        return InRange(name, 0, 1, 1);
    }

    public override string ToString() => Number switch
    {
        > 0 and < 32 => "SIG" + StandardNames[Number],
        RealTimeMin => "SIGRTMIN",
        > RealTimeMin => string.Create(CultureInfo.InvariantCulture, $"SIGRTMIN+{Number - RealTimeMin}"),
        _ => Number.ToString(CultureInfo.InvariantCulture),
    };

    private static Signal? InRange(string digits, int from, int sign, int least)
    {
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) || offset > RealTimeMax)
            return null;
        var number = from + sign * offset;
        return number >= least && number <= RealTimeMax ? new Signal(number) : null;
    }
}
