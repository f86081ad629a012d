using System.Globalization;
using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Sharding;

/// <summary>
/// <c>struct share_layout</c> of Native/Sharding/share_maps.h: offsets in the structures of the running kernel. 0 if unknown.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct KernelLayout
{
    private const string Path = "/sys/kernel/btf/vmlinux";
    private const long MostBytes = 64 << 20;
    private const uint FirstPidNamespace = 0xeffffffc; // PROC_PID_INIT_INO
    private const uint UnknownPidNamespace = uint.MaxValue;

    private static readonly string[] Wanted =
    [
        "sock", "socket", "socket_alloc", "inode", "task_struct", "pid", "upid", "pid_namespace", "ns_common", "inet_bind",
        "inet6_bind",
    ];

    public uint Socket { get; init; }

    public uint Inode { get; init; }

    public uint Backlog { get; init; }

    public uint Sock { get; init; }

    public uint ProcessId { get; init; }

    public uint Leader { get; init; }

    public uint Pid { get; init; }

    public uint Level { get; init; }

    public uint Numbers { get; init; }

    public uint NumberSize { get; init; }

    public uint Namespace { get; init; }

    public uint InodeOfNamespace { get; init; }

    /// <summary>
    /// The inode of the pid namespace in which outcomes tell processes. 0 means the first one, for which the programs need no
    /// offset.
    /// </summary>
    public uint PidNamespace { get; init; }

    /// <summary>The number of a function in the kernel's BTF.</summary>
    public uint Bind4 { get; init; }

    /// <inheritdoc cref="Bind4"/>
    public uint Bind6 { get; init; }

    /// <summary>Reads 5 MB, which takes some milliseconds. Without the file, all offsets are unknown.</summary>
    public static KernelLayout OfThisKernel() => Read() with { PidNamespace = OwnPidNamespace() };

    public static KernelLayout From(ReadOnlySpan<byte> data)
    {
        var types = new KernelTypes(data, Wanted);
        var inode = types.OffsetOf("socket_alloc", "vfs_inode") - types.OffsetOf("socket_alloc", "socket")
            + types.OffsetOf("inode", "i_ino");
        return new KernelLayout
        {
            Socket = OrUnknown(types.OffsetOf("sock", "sk_socket")),
            Inode = OrUnknown(inode),
            Backlog = OrUnknown(types.OffsetOf("sock", "sk_max_ack_backlog")),
            Sock = OrUnknown(types.OffsetOf("socket", "sk")),
            ProcessId = OrUnknown(types.OffsetOf("task_struct", "tgid")),
            Leader = OrUnknown(types.OffsetOf("task_struct", "group_leader")),
            Pid = OrUnknown(types.OffsetOf("task_struct", "thread_pid")),
            Level = OrUnknown(types.OffsetOf("pid", "level")),
            Numbers = OrUnknown(types.OffsetOf("pid", "numbers")),
            NumberSize = OrUnknown(types.OffsetOf("upid", "ns") + sizeof(ulong)),
            Namespace = OrUnknown(types.OffsetOf("upid", "ns")),
            InodeOfNamespace = OrUnknown(types.OffsetOf("pid_namespace", "ns") + types.OffsetOf("ns_common", "inum")),
            Bind4 = types.IdOf("inet_bind"),
            Bind6 = types.IdOf("inet6_bind"),
        };
    }

    private static unsafe KernelLayout Read()
    {
        try
        {
            using var file = File.OpenHandle(Path);
            var length = (nuint)Math.Min(RandomAccess.GetLength(file), MostBytes);
            // Native memory: a managed array of this size would stay in the heap for long.
            var memory = (byte*)NativeMemory.Alloc(Math.Max(length, 1));
            try
            {
                var data = new Span<byte>(memory, (int)length);
                return From(data[..ReadAll(file, data)]);
            }
            finally
            {
                NativeMemory.Free(memory);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private static uint OrUnknown(int? offset) => (uint)Math.Max(offset ?? 0, 0);

    private static uint OwnPidNamespace()
    {
        const string start = "pid:[";
        var link = new FileInfo("/proc/self/ns/pid").LinkTarget;
        if (link is null || !link.StartsWith(start, StringComparison.Ordinal)) return UnknownPidNamespace;
        var isNumber = uint.TryParse(
            link.AsSpan(start.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode);
        if (!isNumber) return UnknownPidNamespace;
        return inode == FirstPidNamespace ? 0 : inode;
    }

    private static int ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> into)
    {
        var count = 0;
        while (RandomAccess.Read(file, into[count..], count) is > 0 and var more) count += more;
        return count;
    }
}
