namespace Reuseportd.Linux.Spawning;

/// <summary>Why a worker never said that the preload library is in it.</summary>
internal enum PreloadReason
{
    /// <summary>It runs, can load the library, and has not; or its file cannot be looked at: nothing here says why.</summary>
    Unknown,

    /// <summary>It is there; LIBREUSEPORT_DEBUG is off, or the program has put stderr elsewhere.</summary>
    LoadedSilently,

    /// <summary>
    /// It is there, and the program, one of Go, makes its system calls without libc, and so without the library.
    /// </summary>
    OwnSystemCalls,
    NotElf,

    /// <summary>No dynamic loader, so nobody to load the library.</summary>
    StaticallyLinked,

    /// <summary>
    /// The loader ignores LD_PRELOAD for programs that gain rights: set-user-id, set-group-id, file capabilities.
    /// </summary>
    SetIdentity,
    DifferentArchitecture,

    /// <summary>The program's libc is not the one that the library was made for.</summary>
    DifferentLibc,
    LibraryMissing,
    LibraryNotReadable,

    /// <summary>Something between, such as <c>env -i</c>, has dropped LD_PRELOAD.</summary>
    EnvironmentCleared,

    /// <summary>Nothing kept the library out: the process ended before the loader came to it.</summary>
    ExitedBeforeMain,
}
