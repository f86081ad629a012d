using System.Runtime.InteropServices;

namespace Reuseportd.Control;

/// <summary>
/// The runtime ignores SIGPIPE and its console writes on into a pipe that nobody reads: <c>reuseportctl logs -f | head</c> would
/// not end.
/// </summary>
internal static partial class BrokenPipe
{
    private const int SigPipe = 13;

    /// <summary>
    /// From here on, as other programs end: by the signal. To be said behind whatever makes the runtime handle signals.
    /// </summary>
    public static void EndsUs()
    {
        if (Console.IsOutputRedirected) Signal(SigPipe, 0);
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
