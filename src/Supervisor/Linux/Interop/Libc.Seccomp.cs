using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

internal static unsafe partial class Libc
{
    public const uint SeccompSetFilter = 1; // SECCOMP_SET_MODE_FILTER
    public const uint SeccompHasAction = 2; // SECCOMP_GET_ACTION_AVAIL, Linux 4.14
    public const uint SeccompSizes = 3; // SECCOMP_GET_NOTIF_SIZES, Linux 5.0
    public const uint SeccompNotify = 0x7fc00000; // SECCOMP_RET_USER_NOTIF

    /// <summary>SECCOMP_FILTER_FLAG_NEW_LISTENER and SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (Linux 5.19).</summary>
    public const nuint SeccompListener = 1 << 3 | 1 << 5;

    public const nuint SeccompReceive = 0xc0502100; // SECCOMP_IOCTL_NOTIF_RECV
    public const nuint SeccompSend = 0xc0182101; // SECCOMP_IOCTL_NOTIF_SEND
    public const nuint SeccompIsValid = 0x40082102; // SECCOMP_IOCTL_NOTIF_ID_VALID
    public const uint SeccompContinue = 1; // SECCOMP_USER_NOTIF_FLAG_CONTINUE, Linux 5.5

    public static readonly int BindNumber = MachineNumbers.Own.Bind;
    public static readonly int ListenNumber = MachineNumbers.Own.Listen;

    private static readonly nint SeccompNumber = MachineNumbers.Own.Seccomp;
    public const nint CloseRangeNumber = 436;
    private static readonly nint GetCapabilitiesNumber = MachineNumbers.Own.GetCapabilities;
    private static readonly nint SetCapabilitiesNumber = MachineNumbers.Own.SetCapabilities;

    public static nint Seccomp(uint operation, nuint flags, void* argument) =>
        Seccomp(SeccompNumber, (nint)operation, flags, argument);

    /// <summary>True if close_range(2) is there (Linux 5.9): the range has no descriptor.</summary>
    public static bool HasCloseRange() => CloseRange(CloseRangeNumber, uint.MaxValue, uint.MaxValue, flags: 0) == 0;

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle descriptor, nuint request, void* argument);

    /// <summary>Blocks as long as a page fault of that memory does: on a user's file system, or by userfaultfd(2).</summary>
    [LibraryImport(Library, EntryPoint = "process_vm_readv", SetLastError = true)]
    public static partial nint ReadMemory(int pid, Bytes* into, nuint intoCount, Bytes* from, nuint fromCount, nuint flags);

    /// <summary>capget(2) of the calling thread.</summary>
    public static nint GetCapabilities(CapabilitySets* sets)
    {
        var header = new CapabilityHeader();
        return Capabilities(GetCapabilitiesNumber, &header, sets);
    }

    /// <summary>capset(2): changes the calling thread only.</summary>
    public static nint SetCapabilities(CapabilitySets* sets)
    {
        var header = new CapabilityHeader();
        return Capabilities(SetCapabilitiesNumber, &header, sets);
    }

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Seccomp(nint number, nint operation, nuint flags, void* argument);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Capabilities(nint number, CapabilityHeader* header, CapabilitySets* sets);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint CloseRange(nint number, nuint first, nuint last, nint flags);

    /// <summary><c>struct seccomp_notif</c> with its <c>struct seccomp_data</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SeccompNotification
    {
        public ulong Id;

        /// <summary>The thread, in the daemon's pid namespace; 0 if it is not in it.</summary>
        public int Thread;
        public uint Flags;
        public int Number;
        public uint Architecture;
        public ulong InstructionPointer;
        public fixed ulong Arguments[6];
    }

    /// <summary><c>struct seccomp_notif_resp</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SeccompAnswer
    {
        public ulong Id;
        public long Value;

        /// <summary>Negative, or 0.</summary>
        public int Error;
        public uint Flags;
    }

    /// <summary><c>struct seccomp_notif_sizes</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SeccompStructures
    {
        public ushort Notification;
        public ushort Answer;
        public ushort Data;
    }

    /// <summary>The sets of capset(2), version 3: the lower 32 bits of all sets, then the higher.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CapabilitySets
    {
        private uint _effective;
        private uint _permitted;
        private uint _inheritable;
        private uint _effectiveHigh;
        private uint _permittedHigh;
        private uint _inheritableHigh;

        public readonly ulong Permitted => _permitted | (ulong)_permittedHigh << 32;

        public ulong Effective
        {
            readonly get => _effective | (ulong)_effectiveHigh << 32;
            set => (_effective, _effectiveHigh) = ((uint)value, (uint)(value >> 32));
        }
    }

    private readonly struct CapabilityHeader()
    {
        public readonly uint Version = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
        public readonly int Thread = 0; // the calling one
    }
}
