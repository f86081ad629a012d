using System.Globalization;

namespace Reuseportd.Model;

/// <summary>The end of a process, by exit or by signal (waitid(2)).</summary>
/// <param name="Code">Exit code, or the number of the signal that ended it.</param>
internal readonly record struct ExitStatus(int Code, bool Signaled, bool CoreDumped)
{
    private const int SignalMask = 0x7f;
    private const int DumpedBit = 0x80;

    public static ExitStatus Exited(int code) => new(code, Signaled: false, CoreDumped: false);

    public static ExitStatus Killed(Signal signal) => new(signal.Number, Signaled: true, CoreDumped: false);

    public static ExitStatus Unknown { get; } = new(0, Signaled: false, CoreDumped: false) { IsUnknown = true };

    /// <summary>From the form of wait(2), which <c>/proc/PID/stat</c> and PIDFD_GET_INFO have too.</summary>
    public static ExitStatus FromWait(int status) => (status & SignalMask) is not 0 and var signal
        ? new ExitStatus(signal, Signaled: true, CoreDumped: (status & DumpedBit) != 0)
        : Exited(status >> 8);

    /// <summary>
    /// The kernel had killed a process of this worker at its <c>memory_max</c> before; the kernel does not report which process.
    /// </summary>
    public bool OutOfMemory { get; init; }

    /// <summary>
    /// True if the kernel does not tell how the process ended: it was no child of the daemon, and its parent has reaped it.
    /// </summary>
    public bool IsUnknown { get; init; }

    /// <summary>False for an unknown status.</summary>
    public bool Success => !Signaled && Code == 0 && !IsUnknown;

    public override string ToString() => OutOfMemory ? $"{Text} (out of memory)" : Text;

    private string Text => this switch
    {
        { IsUnknown: true } => "status unknown: it was started by an earlier daemon",
        { Signaled: true } => $"killed by {new Signal(Code)}{(CoreDumped ? " (core dumped)" : "")}",
        _ => string.Create(CultureInfo.InvariantCulture, $"exit code {Code}"),
    };
}
