using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Sharding;

/// <summary>
/// <c>struct share_layout</c> of Native/Sharding/share_maps.h: offsets in the structures of the running kernel. 0 if unknown.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct KernelLayout
{
    private const string Path = "/sys/kernel/btf/vmlinux";
    private const long MostBytes = 64 << 20;

    private static readonly string[] Wanted =
        ["sock", "socket", "socket_alloc", "inode", "task_struct", "inet_bind", "inet6_bind"];

    public uint Socket { get; init; }

    public uint Inode { get; init; }

    public uint Backlog { get; init; }

    public uint Sock { get; init; }

    public uint ProcessId { get; init; }

    /// <summary>The number of a function in the kernel's BTF.</summary>
    public uint Bind4 { get; init; }

    /// <inheritdoc cref="Bind4"/>
    public uint Bind6 { get; init; }

    /// <summary>Reads 5 MB, which takes some milliseconds. Without the file, all is unknown.</summary>
    public static unsafe KernelLayout OfThisKernel()
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
            Bind4 = types.IdOf("inet_bind"),
            Bind6 = types.IdOf("inet6_bind"),
        };
    }

    private static uint OrUnknown(int? offset) => (uint)Math.Max(offset ?? 0, 0);

    private static int ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> into)
    {
        var count = 0;
        while (RandomAccess.Read(file, into[count..], count) is > 0 and var more) count += more;
        return count;
    }
}
