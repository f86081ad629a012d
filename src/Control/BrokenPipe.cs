using System.Runtime.InteropServices;

namespace Reuseportd.Control;

/// <summary>
/// The runtime ignores SIGPIPE, and its console keeps writing to a pipe without a reader: <c>reuseportctl logs -f | head</c>
/// would not end.
/// </summary>
internal static partial class BrokenPipe
{
    private const int SigPipe = 13;

    /// <summary>
    /// From now on SIGPIPE ends this process, as it ends other programs. Call this after everything that makes the runtime handle
    /// signals.
    /// </summary>
    public static void EndsUs()
    {
        if (Console.IsOutputRedirected) Signal(SigPipe, 0);
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
