using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Processes;

/// <summary>The end of this program.</summary>
internal static class ProgramEnd
{
    /// <summary>Ends the program at once: no object is disposed, and the kernel closes the descriptors (_exit(2)).</summary>
    public static void Now(int code) => Libc.Exit(code);
}
