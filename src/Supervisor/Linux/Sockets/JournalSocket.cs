using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// Sends datagrams to journald (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). The socket is blocking, since losing lines is worse
/// than waiting. The socket is not connected, so that it reaches a restarted journald. For one thread.
/// </summary>
internal sealed unsafe class JournalSocket : Descriptor
{
    public const string DefaultPath = "/run/systemd/journal/socket";

    private const int MostAtOnce = 64;
    private const int SendBuffer = 8 << 20; // as sd_journal_send(3) requests; the kernel limits it to net.core.wmem_max

    private readonly byte[] _address;

    /// <exception cref="ArgumentException">The path is too long for a socket.</exception>
    public JournalSocket(string path = DefaultPath)
        : base(Made(Libc.Socket(Libc.FamilyUnix, Libc.SocketDatagram | Libc.SocketCloseOnExec, 0), "socket(AF_UNIX)"))
    {
        _address = LocalSocket.AddressOf(path) ?? throw new ArgumentException("the path of the socket is too long", nameof(path));
        var size = SendBuffer;
        _ = Libc.SetSocketOption(this, Libc.LevelSocket, Libc.OptionSendBuffer, &size, sizeof(int));
    }

    /// <summary>Sends records, one datagram each, with one sendmmsg(2). Blocks while the queue is full.</summary>
    /// <param name="records">The records without gaps.</param>
    /// <param name="first">Offset of the first record.</param>
    /// <param name="ends">For each record, the offset after its last byte.</param>
    /// <param name="error">
    /// The error of the first record: EMSGSIZE or ENOBUFS if it is too large for a datagram; ENOENT or ECONNREFUSED without
    /// journald.
    /// </param>
    /// <returns>Number of records sent, in order; 0 only with an error or without records.</returns>
    public int SendDatagrams(ReadOnlySpan<byte> records, int first, ReadOnlySpan<int> ends, out Errno error)
    {
        var count = Math.Min(ends.Length, MostAtOnce);
        var messages = stackalloc Libc.SentMessage[MostAtOnce];
        var parts = stackalloc Libc.Bytes[MostAtOnce];
        fixed (byte* start = records, address = _address)
        {
            for (var i = 0; i < count; i++)
            {
                var from = i == 0 ? first : ends[i - 1];
                parts[i] = new Libc.Bytes { Start = start + from, Length = (nuint)(ends[i] - from) };
                messages[i] = new Libc.SentMessage { Message = MessageOf(address, &parts[i], 1) };
            }

            int sent;
            do
            {
                sent = Libc.SendMessages(this, messages, (uint)count, Libc.SendNoSignal);
                error = Libc.ErrnoOf(sent);
            }
            while (error == Errno.Interrupted);
            return Math.Max(sent, 0);
        }
    }

    /// <summary>Sends one record of any size: a sealed memfd with an empty datagram.</summary>
    public Errno SendSealed(ReadOnlySpan<byte> record)
    {
        using var file = SealedFile.TryMake(record, out var errno);
        return file is null ? errno : DescriptorMessage.Send(this, _address, [], file, Libc.SendNoSignal);
    }

    private Libc.Message MessageOf(byte* address, Libc.Bytes* parts, nuint count) =>
        new() { Address = address, AddressSize = (uint)_address.Length, Parts = parts, PartCount = count };
}
