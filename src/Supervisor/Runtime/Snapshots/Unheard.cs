namespace Reuseportd.Runtime.Snapshots;

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
