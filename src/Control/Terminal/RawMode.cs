using System.Runtime.InteropServices;

namespace Reuseportd.Control.Terminal;

/// <summary>The settings of the terminal at stdin (termios(3)): each key arrives at once and is not echoed.</summary>
internal sealed unsafe partial class RawMode
{
    private const int Stdin = 0;
    private const int AfterOutput = 1; // TCSADRAIN

    /// <summary>More than struct termios has with any libc and architecture.</summary>
    private const int Room = 256;

    private readonly byte[] _before = new byte[Room];

    /// <summary>True if stdin and stdout are terminals.</summary>
    public static bool IsPossible => IsTerminal(Stdin) != 0 && IsTerminal(1) != 0;

    /// <returns>False if the terminal is gone.</returns>
    public bool Begin()
    {
        var raw = stackalloc byte[Room];
        fixed (byte* before = _before)
        {
            if (GetAttributes(Stdin, before) != 0) return false;
            _before.CopyTo(new Span<byte>(raw, Room));
        }

        MakeRaw(raw);
        return SetAttributes(Stdin, AfterOutput, raw) == 0;
    }

    /// <summary>Restores the settings from before <see cref="Begin"/>.</summary>
    public void End()
    {
        fixed (byte* before = _before) _ = SetAttributes(Stdin, AfterOutput, before);
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* settings);
}
