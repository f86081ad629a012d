using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Linux.Tests.Harness;

/// <summary>
/// Runs work on a thread for which some system calls do not exist: a seccomp(2) filter, as an old container runtime sets it up.
/// Processes and threads that the thread starts inherit the filter, and the runtime may start a thread of its pool from any
/// thread. So the test case runs again in a process of its own, which installs the filter.
/// </summary>
internal static unsafe partial class OldKernel
{
    public const uint EpollPwait2 = 441;
    public const uint Clone3 = 435;
    public const uint CloseRange = 436;

    /// <summary>The output of each test case in a process of its own. All rows of a theory are one test case.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<(int Code, string Output)>> Alone = new();

    /// <summary>Set in the process that runs one test case with its filter.</summary>
    private const string Mark = "LINUX_TESTS_FILTERED";

    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Answer = 0x06;
    private const uint Allow = 0x7fff0000;
    private const uint Refuse = 0x00050000;
    private const uint FirstArgument = 16; // low half of args[0] of struct seccomp_data
    private const uint SecondArgument = 24;
    private const uint ControlNumber = 157;
    private const uint PidfdOpenNumber = 434;
    private const uint ControlOfDescriptor = 16; // ioctl
    private const int NoTerminal = 25; // ENOTTY
    private const int NotPermitted = 1;
    private const int InvalidArgument = 22;

    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const int FilterMode = 2;

    /// <summary>Skips the test on other architectures than x86-64, whose system call numbers are used.</summary>
    public static void RequireNumbers() =>
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "knows the system calls of x86-64");

    public static void Without(ReadOnlySpan<uint> calls, int errno, Action work) => On(ProgramOf(calls, errno), work);

    /// <summary>Refuses prctl(2) of that option with EPERM.</summary>
    public static void WithoutControl(uint option, Action work) =>
        On(ProgramOf(ControlNumber, FirstArgument, option, NotPermitted), work);

    /// <summary>Refuses pidfd_open(2) of a thread with EINVAL, as Linux before 6.9.</summary>
    public static void WithoutThreadPidfds(Action work)
    {
        const uint ofThread = 0x80; // PIDFD_THREAD
        On(ProgramOf(PidfdOpenNumber, SecondArgument, ofThread, InvalidArgument), work);
    }

    /// <summary>Refuses PIDFD_GET_INFO with ENOTTY, as Linux before 6.13.</summary>
    public static void WithoutExitInfo(Action work) =>
        On(ProgramOf(ControlOfDescriptor, SecondArgument, (uint)Libc.PidfdGetInfo, NoTerminal), work);

    private static void On(Instruction[] program, Action work)
    {
        if (Environment.GetEnvironmentVariable(Mark) is null)
        {
            RunCaseAlone();
            return;
        }

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

    private static void RunCaseAlone()
    {
        var id = TestContext.Current.TestCase!.UniqueID;
        var (code, output) = Alone.GetOrAdd(id, static id => new Lazy<(int, string)>(() => Run(id))).Value;
        Assert.True(code == 0, output);
        Assert.DoesNotContain("Total: 0,", output, StringComparison.Ordinal);
        Assert.SkipWhen(output.Contains("[SKIP]", StringComparison.Ordinal), output);
    }

    private static (int Code, string Output) Run(string testCase)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-noColor", "-noLogo", "-id", testCase]) start.ArgumentList.Add(argument);
        start.Environment[Mark] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Deadline.Patience)) process.Kill();
        process.WaitForExit();
        return (process.ExitCode, output.Result);
    }

    /// <summary>Classic BPF: compares the number of the call with each entry, and returns its errno or "allow".</summary>
    private static Instruction[] ProgramOf(ReadOnlySpan<uint> calls, int errno)
    {
        var program = new List<Instruction> { new(Load, 0, 0, 0) };
        for (var i = 0; i < calls.Length; i++) program.Add(new(JumpIfEqual, (byte)(calls.Length - i), 0, calls[i]));
        program.Add(new(Answer, 0, 0, Allow));
        program.Add(new(Answer, 0, 0, Refuse | (uint)errno));
        return [.. program];
    }

    /// <summary>Refuses a call with this value of an argument.</summary>
    private static Instruction[] ProgramOf(uint call, uint argument, uint value, int errno) =>
    [
        new(Load, 0, 0, 0), new(JumpIfEqual, 0, 3, call),
        new(Load, 0, 0, argument), new(JumpIfEqual, 0, 1, value),
        new(Answer, 0, 0, Refuse | (uint)errno), new(Answer, 0, 0, Allow),
    ];

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
