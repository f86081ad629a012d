using System.Runtime.InteropServices;

namespace Linux.Tests.Harness;

/// <summary>
/// Runs work on a thread for which some system calls do not exist: a seccomp(2) filter, as an old container runtime sets it up.
/// What the thread starts inherits the filter.
/// </summary>
internal static unsafe partial class OldKernel
{
    public const uint EpollPwait2 = 441;
    public const uint Clone3 = 435;
    public const uint CloseRange = 436;

    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const int FilterMode = 2;

    public static void Without(ReadOnlySpan<uint> calls, int errno, Action work)
    {
        var program = ProgramOf(calls, errno);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Install(program);
                work();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException("on the filtered thread", failure);
    }

    /// <summary>Classic BPF: the number of the call is compared with each, and the errno or "allow" is the answer.</summary>
    private static Instruction[] ProgramOf(ReadOnlySpan<uint> calls, int errno)
    {
        const ushort load = 0x20, jumpIfEqual = 0x15, answer = 0x06;
        var program = new List<Instruction> { new(load, 0, 0, 0) };
        for (var i = 0; i < calls.Length; i++) program.Add(new(jumpIfEqual, (byte)(calls.Length - i), 0, calls[i]));
        program.Add(new(answer, 0, 0, 0x7fff0000));
        program.Add(new(answer, 0, 0, 0x00050000u | (uint)errno));
        return [.. program];
    }

    private static void Install(Instruction[] program)
    {
        fixed (Instruction* start = program)
        {
            var header = new Header { Length = (ushort)program.Length, Program = start };
            Assert.Equal(0, Control(SetNoNewPrivileges, 1, 0, 0, 0));
            Assert.Equal(0, Control(SetSeccomp, FilterMode, (nint)(&header), 0, 0));
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public ushort Length;
        public Instruction* Program;
    }
}
