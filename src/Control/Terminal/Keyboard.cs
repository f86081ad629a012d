using System.Runtime.InteropServices;

namespace Reuseportd.Control.Terminal;

/// <summary>Reads the terminal at stdin on a thread of its own, which ends with the process or with the terminal.</summary>
internal static unsafe partial class Keyboard
{
    private const int Room = 1024;
    private const short PollIn = 1;
    private const int Forever = -1;
    private const int Eintr = 4;

    /// <summary>The rest of a sequence follows its escape at once, over a slow line a little later.</summary>
    private const int RestOfSequence = 50;

    /// <param name="pressed">Called on the thread of the keyboard.</param>
    /// <param name="ended">Called when the terminal is gone.</param>
    public static void Start(Action<Key> pressed, Action ended) =>
        new Thread(() => Run(pressed, ended)) { IsBackground = true, Name = "keyboard" }.Start();

    private static void Run(Action<Key> pressed, Action ended)
    {
        var reader = new KeyReader();
        var buffer = stackalloc byte[Room];
        while (true)
        {
            var poll = new PollDescriptor { Events = PollIn };
            var ready = Poll(&poll, 1, reader.IsWaiting ? RestOfSequence : Forever);
            if (ready < 0 && Marshal.GetLastPInvokeError() == Eintr) continue;
            if (ready == 0)
            {
                foreach (var key in reader.Flush()) pressed(key);
                continue;
            }

            var count = Read(0, buffer, Room);
            if (count < 0 && Marshal.GetLastPInvokeError() == Eintr) continue;
            if (count <= 0)
            {
                ended();
                return;
            }

            foreach (var key in reader.Read(new ReadOnlySpan<byte>(buffer, (int)count))) pressed(key);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nuint size);
}
