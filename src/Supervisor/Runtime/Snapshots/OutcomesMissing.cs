namespace Reuseportd.Runtime.Snapshots;

/// <summary>Reasons why a worker's binds are not reported by outcome lines.</summary>
internal enum OutcomesMissing
{
    /// <summary><c>reuseport.debug</c> is false.</summary>
    DebugOff,

    /// <summary>The worker's stderr does not go through the daemon.</summary>
    StderrElsewhere,

    /// <summary>The preload library is not loaded in the worker.</summary>
    NoLibrary,
}
