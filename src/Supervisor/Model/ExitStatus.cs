using System.Globalization;

namespace Reuseportd.Model;

/// <summary>The end of a process, by exit or by signal (waitid(2)).</summary>
/// <param name="Code">Exit code, or the number of the signal that ended it.</param>
internal readonly record struct ExitStatus(int Code, bool Signaled, bool CoreDumped)
{
    public static ExitStatus Exited(int code) => new(code, Signaled: false, CoreDumped: false);

    public static ExitStatus Killed(Signal signal) => new(signal.Number, Signaled: true, CoreDumped: false);

    /// <summary>
    /// The kernel had killed a process of this worker at its <c>memory_max</c> before; the kernel does not report which process.
    /// </summary>
    public bool OutOfMemory { get; init; }

    public bool Success => !Signaled && Code == 0;

    public override string ToString()
    {
        var how = Signaled
            ? $"killed by {new Signal(Code)}{(CoreDumped ? " (core dumped)" : "")}"
            : string.Create(CultureInfo.InvariantCulture, $"exit code {Code}");
        return OutOfMemory ? $"{how} (out of memory)" : how;
    }
}
