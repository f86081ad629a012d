using System.Runtime.InteropServices;

namespace Reuseportd.Control.Output;

/// <summary>The size of the terminal, and the width for output.</summary>
internal static partial class Screen
{
    /// <summary>The width that tables use at least; a narrower terminal wraps their lines.</summary>
    public const int Least = 100;

    /// <summary>For a pipe or a file: nothing is shortened or wrapped.</summary>
    public const int Endless = int.MaxValue;

    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ, ioctl_tty(2)
    private const int Stdout = 1;

    public static int Width() => Console.IsOutputRedirected ? Endless : Math.Max(Least, Size().Columns);

    /// <summary>
    /// Zeros if the terminal does not report its size. The framework's own call would change the terminal's settings.
    /// </summary>
    public static unsafe (int Columns, int Rows) Size()
    {
        var size = stackalloc ushort[4]; // struct winsize: rows, columns, and both in pixels
        return Ioctl(Stdout, GetWindowSize, size) == 0 ? (size[1], size[0]) : (0, 0);
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Ioctl(int descriptor, nuint request, ushort* size);
}
