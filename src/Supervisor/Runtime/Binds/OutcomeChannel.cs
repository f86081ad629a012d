using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Binds;

/// <summary>Decides whether a process's outcome lines reach the daemon. Pure.</summary>
internal static class OutcomeChannel
{
    /// <returns>Null if the lines reach the daemon.</returns>
    public static OutcomesMissing? Of(ProcessSpec process) => process switch
    {
        { Reuseport.Debug: false } => OutcomesMissing.DebugOff,
        { Stderr.IsPipe: false } => OutcomesMissing.StderrElsewhere,
        _ => null,
    };
}
