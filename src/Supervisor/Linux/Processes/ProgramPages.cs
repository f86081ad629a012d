using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Processes;

/// <summary>The pages of the daemon's code and constants: Native/Process/program_pages.c.</summary>
internal static class ProgramPages
{
    /// <summary>
    /// Unmaps the pages that are equal to the program's file. Other threads continue: they get the pages that they need back from
    /// the page cache, 64 KiB at a time.
    /// </summary>
    /// <returns>Resident bytes before the call.</returns>
    public static long GiveBack() => (long)Native.ReleaseProgram();
}
