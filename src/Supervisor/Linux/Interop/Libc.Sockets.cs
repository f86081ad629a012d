using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

internal static partial class Libc
{
    public const int FamilyUnix = 1;
    public const int FamilyInet = 2;
    public const int FamilyInet6 = 10;
    public const int FamilyNetlink = 16;

    public const int SocketStream = 1;
    public const int SocketDatagram = 2;
    public const int SocketRaw = 3;
    public const int SocketNonBlocking = 0x800;
    public const int SocketCloseOnExec = 0x80000;

    public const int NetlinkSockDiag = 4;

    public const int LevelSocket = 1;
    public const int OptionReuseAddress = 2;
    public const int OptionType = 3;
    public const int OptionSendBuffer = 7;
    public const int OptionReceiveBuffer = 8;
    public const int OptionReusePort = 15;
    public const int OptionBindToDevice = 25;
    public const int OptionFamily = 39; // SO_DOMAIN
    public const int OptionAttachClassic = 51; // SO_ATTACH_REUSEPORT_CBPF
    public const int OptionAttachProgram = 52; // SO_ATTACH_REUSEPORT_EBPF
    public const int OptionCookie = 57;
    public const int OptionDetachProgram = 68; // SO_DETACH_REUSEPORT_BPF, Linux 5.3

    public const int ShutdownRead = 0;

    /// <summary>MSG_PEEK: the received data stays in the queue.</summary>
    public const int ReceivePeek = 0x2;

    /// <summary>MSG_CTRUNC: there was no room for all control data.</summary>
    public const int ControlTruncated = 0x8;

    /// <summary>MSG_DONTWAIT, also for sending.</summary>
    public const int WithoutWait = 0x40;

    public const int RightsMessage = 1;

    /// <summary>MSG_CMSG_CLOEXEC: received descriptors are close-on-exec.</summary>
    public const int ReceiveCloseOnExec = 0x40000000;

    /// <summary>EPIPE instead of SIGPIPE.</summary>
    public const int SendNoSignal = 0x4000;

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static unsafe partial int Bind(SafeHandle socket, void* address, uint addressSize);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    public static unsafe partial int Connect(SafeHandle socket, void* address, uint addressSize);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static unsafe partial int SetSocketOption(SafeHandle socket, int level, int option, void* value, uint size);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    public static unsafe partial int GetSocketOption(SafeHandle socket, int level, int option, void* value, uint* size);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    public static unsafe partial int LocalName(SafeHandle socket, void* address, uint* addressSize);

    [LibraryImport(Library, EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(SafeHandle socket, int backlog);

    [LibraryImport(Library, EntryPoint = "accept4", SetLastError = true)]
    public static unsafe partial int Accept(SafeHandle socket, void* address, uint* addressSize, int flags);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(SafeHandle socket, int how);

    [LibraryImport(Library, EntryPoint = "sendto", SetLastError = true)]
    public static unsafe partial nint SendTo(
        SafeHandle socket, void* data, nuint size, int flags, void* address, uint addressSize);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static unsafe partial nint Receive(SafeHandle socket, byte* buffer, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "sendmsg", SetLastError = true)]
    public static unsafe partial nint SendMessage(SafeHandle socket, Message* message, int flags);

    [LibraryImport(Library, EntryPoint = "sendmmsg", SetLastError = true)]
    public static unsafe partial int SendMessages(SafeHandle socket, SentMessage* messages, uint count, int flags);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    public static unsafe partial nint ReceiveMessage(SafeHandle socket, Message* message, int flags);

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Bytes
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary><c>struct msghdr</c> of sendmsg(2), in glibc's layout for 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Message
    {
        public void* Address;
        public uint AddressSize;
        public Bytes* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlSize;
        public int Flags;
    }

    /// <summary><c>struct mmsghdr</c> of sendmmsg(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SentMessage
    {
        public Message Message;
        public uint Sent;
    }
}
