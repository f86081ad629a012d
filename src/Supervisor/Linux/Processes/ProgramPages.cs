using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Processes;

/// <summary>The daemon's own code and constants in memory: Native/program_pages.c.</summary>
internal static class ProgramPages
{
    /// <summary>
    /// Unmaps those that are as they are in the program's file. Other threads go on meanwhile: what they need comes back from the
    /// page cache, 64 KiB at a time.
    /// </summary>
    /// <returns>Bytes that were resident.</returns>
    public static long GiveBack() => (long)Native.ReleaseProgram();
}
