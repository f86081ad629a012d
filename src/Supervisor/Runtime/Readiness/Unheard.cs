using Reuseportd.Model;

namespace Reuseportd.Runtime.Readiness;

/// <summary>Why what a worker binds is not told by itself.</summary>
internal enum Unheard
{
    /// <summary><c>reuseport.debug</c> is false.</summary>
    Silenced,

    /// <summary>Its stderr goes past the daemon.</summary>
    Elsewhere,

    /// <summary>The preload library is not in it.</summary>
    NoLibrary,
}

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
