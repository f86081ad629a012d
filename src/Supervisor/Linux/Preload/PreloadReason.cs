namespace Reuseportd.Linux.Preload;

/// <summary>The reason why a worker did not report that the preload library is loaded.</summary>
internal enum PreloadReason
{
    /// <summary>
    /// The process runs and could load the library, but has not, or its file cannot be read: the reason is unknown.
    /// </summary>
    Unknown,

    /// <summary>The library is loaded; LIBREUSEPORT_DEBUG is off, or the program has replaced its stderr.</summary>
    LoadedSilently,

    /// <summary>The library is loaded, but the program, written in Go, makes system calls without libc.</summary>
    OwnSystemCalls,
    NotElf,

    /// <summary>The program has no dynamic loader.</summary>
    StaticallyLinked,

    /// <summary>
    /// The loader ignores LD_PRELOAD for programs that gain privileges: set-user-id, set-group-id, file capabilities.
    /// </summary>
    SetIdentity,
    DifferentArchitecture,

    /// <summary>The library was built for another libc than the program's.</summary>
    DifferentLibc,
    LibraryMissing,
    LibraryNotReadable,

    /// <summary>A program such as <c>env -i</c> has removed LD_PRELOAD.</summary>
    EnvironmentCleared,

    /// <summary>No obstacle was found: the process ended before the loader ran.</summary>
    ExitedBeforeMain,
}
