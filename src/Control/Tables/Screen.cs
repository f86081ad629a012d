using System.Runtime.InteropServices;

namespace Reuseportd.Control.Tables;

/// <summary>How wide what is shown may be.</summary>
internal static partial class Screen
{
    /// <summary>What tables fit on a terminal, however narrow; lines of a narrower one wrap.</summary>
    public const int Least = 100;

    /// <summary>Whoever reads a pipe or a file is no screen: nothing is cut or wrapped.</summary>
    public const int Endless = int.MaxValue;

    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ, ioctl_tty(2)
    private const int Stdout = 1;

    public static int Width() => Console.IsOutputRedirected ? Endless : Math.Max(Least, Columns());

    /// <summary>0 where the terminal does not know. The framework's own way takes the terminal over.</summary>
    private static unsafe int Columns()
    {
        var size = stackalloc ushort[4]; // struct winsize: rows, columns, and both in pixels
        return Ioctl(Stdout, GetWindowSize, size) == 0 ? size[1] : 0;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Ioctl(int descriptor, nuint request, ushort* size);
}
