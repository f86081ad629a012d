using Reuseportd.Model;

namespace Reuseportd.Runtime.Readiness;

/// <summary>Reasons why a worker's binds are not reported by outcome lines.</summary>
internal enum Unheard
{
    /// <summary><c>reuseport.debug</c> is false.</summary>
    Silenced,

    /// <summary>The worker's stderr does not go through the daemon.</summary>
    Elsewhere,

    /// <summary>The preload library is not loaded in the worker.</summary>
    NoLibrary,
}

/// <summary>Decides whether a process's outcome lines reach the daemon. Pure.</summary>
internal static class OutcomeChannel
{
    /// <returns>Null if the lines reach the daemon.</returns>
    public static Unheard? Of(ProcessSpec process) => process switch
    {
        { Reuseport.Debug: false } => Unheard.Silenced,
        { Stderr: not (OutputTarget.Journal or OutputTarget.File) } => Unheard.Elsewhere,
        _ => null,
    };
}
