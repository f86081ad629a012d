namespace Reuseportd.Runtime.Snapshots;

/// <summary>Why no outcome lines of a worker reach the daemon.</summary>
internal enum Unheard
{
    /// <summary><c>reuseport.debug</c> is false.</summary>
    Silenced,

    /// <summary>The worker's stderr is no pipe of the daemon.</summary>
    Elsewhere,

    /// <summary>The preload library is not in the process.</summary>
    NoLibrary,
}
