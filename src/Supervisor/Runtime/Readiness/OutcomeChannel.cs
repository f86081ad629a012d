using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Readiness;

/// <summary>Whether outcome lines of a process come; pure.</summary>
internal static class OutcomeChannel
{
    /// <returns>Null where they come.</returns>
    public static Unheard? Of(ProcessSpec process) => process switch
    {
        { Reuseport.Debug: false } => Unheard.Silenced,
        { Stderr: not (OutputTarget.Journal or OutputTarget.File) } => Unheard.Elsewhere,
        _ => null,
    };
}
