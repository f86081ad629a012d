using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// Sockets that serve a port. For TCP the kernel is asked by sock_diag(7): it then reads its table of listeners only. For
/// <c>/proc/net/tcp</c> it would walk the table of all connections, which takes some 20 ms of a processor.
/// </summary>
internal static partial class Listeners
{
    private const int NetlinkFamily = 16; // AF_NETLINK
    private const int RawCloseOnExec = 3 | 0x80000; // SOCK_RAW | SOCK_CLOEXEC
    private const int SockDiag = 4; // NETLINK_SOCK_DIAG
    private const ushort RequestByFamily = 20; // SOCK_DIAG_BY_FAMILY
    private const ushort Dump = 0x301; // NLM_F_REQUEST | NLM_F_DUMP
    private const byte Tcp = 6;
    private const uint Listening = 1 << 10; // bit of TCP_LISTEN
    private const int HeaderSize = 16; // struct nlmsghdr
    private const int RequestSize = HeaderSize + 56; // and struct inet_diag_req_v2
    private const string Unconnected = "07";

    /// <returns>One entry for each TCP listener and each UDP socket without a peer: protocol and address.</returns>
    public static string[] On(int port) =>
        [.. Streams(2, port), .. Streams(10, port), .. Datagrams("udp", port), .. Datagrams("udp6", port)];

    /// <param name="family">AF_INET or AF_INET6.</param>
    private static List<string> Streams(byte family, int port)
    {
        using var handle = new SafeFileHandle(Socket(NetlinkFamily, RawCloseOnExec, SockDiag), ownsHandle: true);
        Assert.False(handle.IsInvalid);
        var request = new byte[RequestSize];
        BitConverter.TryWriteBytes(request, RequestSize);
        BitConverter.TryWriteBytes(request.AsSpan(4), RequestByFamily);
        BitConverter.TryWriteBytes(request.AsSpan(6), Dump);
        (request[HeaderSize], request[HeaderSize + 1]) = (family, Tcp);
        BitConverter.TryWriteBytes(request.AsSpan(HeaderSize + 4), Listening);
        Assert.Equal(RequestSize, Send(handle, request, RequestSize, 0));
        List<string> found = [];
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var count = (int)Receive(handle, buffer, buffer.Length, 0);
            Assert.InRange(count, HeaderSize, buffer.Length);
            if (IsLast(buffer.AsSpan(0, count), port, found)) return found;
        }
    }

    /// <summary>Reads messages, each with a <c>struct inet_diag_msg</c>.</summary>
    private static bool IsLast(ReadOnlySpan<byte> messages, int port, List<string> found)
    {
        while (messages.Length >= HeaderSize)
        {
            if (BitConverter.ToUInt16(messages[4..]) != RequestByFamily) return true;
            var body = messages[HeaderSize..];
            if (BinaryPrimitives.ReadUInt16BigEndian(body[4..]) == port)
                found.Add($"tcp {new IPAddress(body.Slice(8, body[0] == 2 ? 4 : 16))}:{port}");
            messages = messages[Math.Min(BitConverter.ToInt32(messages) + 3 & ~3, messages.Length)..];
        }

        return false;
    }

    private static IEnumerable<string> Datagrams(string table, int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines($"/proc/net/{table}").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns[3] == Unconnected && columns[1].EndsWith(suffix, StringComparison.Ordinal))
            .Select(columns => $"{table} {columns[1]}");
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeFileHandle socket, byte[] bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle socket, byte[] bytes, nint length, int flags);
}
