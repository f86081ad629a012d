using System.Runtime.InteropServices;
using Reuseportd.Model;

namespace Linux.Tests.Harness;

/// <summary>
/// Runs work on a thread of the user nobody. In the kernel each thread has credentials, which its children inherit.
/// </summary>
internal static unsafe partial class OrdinaryUser
{
    public const uint Number = 65534;

    private const int SetDumpable = 4;
    private const int KeepCapabilities = 8;
    private const int Ambient = 47;
    private const nint AmbientRaise = 2;
    private const int SetsOfHalf = 3;
    private const int Words = 2 * SetsOfHalf;
    private const uint Version = 0x20080522;

    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <param name="capabilities">The capabilities that the thread keeps, as by <c>AmbientCapabilities=</c> of a unit.</param>
    public static void Run(ValueList<Capability> capabilities, Action<Spawner> work) => On(() => Become(capabilities), work);

    /// <summary>Runs work on a thread of root with these inheritable capabilities.</summary>
    public static void NotYet(ValueList<Capability> inheritable, Action<Spawner> work) => On(() => Inherit(inheritable), work);

    /// <summary>Changes this thread for the rest of its life. The thread keeps only these capabilities.</summary>
    public static void OnThisThread(Action work, ValueList<Capability> capabilities = default)
    {
        Require();
        Become(capabilities);
        work();
    }

    private static void On(Action prepare, Action<Spawner> work)
    {
        Require();
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                prepare();
                using var spawner = new Spawner();
                work(spawner);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException("as an ordinary user", failure);
    }

    private static void Require()
    {
        Root.Require();
        var isKnown = IsX64 || RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        Assert.SkipUnless(isKnown, "knows no numbers of system calls here");
    }

    private static void Become(ValueList<Capability> capabilities)
    {
        Checked(Control(KeepCapabilities, 1, 0, 0, 0));
        Checked(Call(IsX64 ? 116 : 159, 0, 0, 0)); // setgroups
        Checked(Call(IsX64 ? 119 : 149, (nint)Number, (nint)Number, (nint)Number)); // setresgid
        Checked(Call(IsX64 ? 117 : 147, (nint)Number, (nint)Number, (nint)Number)); // setresuid
        var sets = stackalloc uint[Words];
        foreach (var capability in capabilities)
            for (var set = 0; set < SetsOfHalf; set++) Add(sets, capability, set);
        Set(sets);
        foreach (var capability in capabilities) Checked(Control(Ambient, AmbientRaise, capability.Number, 0, 0));
        // The change of user cleared the flag of the whole process. A daemon that was executed as this user has the flag.
        Checked(Control(SetDumpable, 1, 0, 0, 0));
    }

    private static void Inherit(ValueList<Capability> capabilities)
    {
        var sets = stackalloc uint[Words];
        var header = stackalloc uint[2] { Version, 0 };
        Checked(Call(IsX64 ? 125 : 90, (nint)header, (nint)sets, 0)); // capget
        foreach (var capability in capabilities) Add(sets, capability, SetsOfHalf - 1);
        Set(sets);
    }

    /// <summary>Effective, permitted and inheritable, the lower half of each first.</summary>
    private static void Add(uint* sets, Capability capability, int set) =>
        sets[capability.Number / 32 * SetsOfHalf + set] |= 1u << capability.Number % 32;

    private static void Set(uint* sets)
    {
        var header = stackalloc uint[2] { Version, 0 };
        Checked(Call(IsX64 ? 126 : 91, (nint)header, (nint)sets, 0)); // capset
    }

    private static void Checked(nint answer) => Assert.Equal(0, answer);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint first, nint second, nint third);
}
