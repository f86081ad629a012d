using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sharding;

/// <summary>
/// The consumer's end of the ring of outcomes (BPF_MAP_TYPE_RINGBUF, Linux 5.8; the layout is that of kernel/bpf/ringbuf.c).
/// epoll reports its descriptor as readable while it has outcomes. For one thread.
/// </summary>
internal sealed unsafe class OutcomeRing : IDisposable
{
    /// <summary>SHARE_RING_BYTES of Native/Sharding/share_maps.h.</summary>
    public const int Size = 512 * 1024;

    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int HeaderSize = 8;

    private readonly byte* _consumer;
    private readonly byte* _producer;

    private OutcomeRing(Descriptor descriptor, byte* consumer, byte* producer)
    {
        Descriptor = descriptor;
        _consumer = consumer;
        _producer = producer;
    }

    /// <summary>Readable while the ring has outcomes.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The kernel maps the data twice in sequence, so that a record never wraps.</summary>
    private static nuint ProducerLength => (nuint)(Environment.SystemPageSize + 2 * Size);

    /// <param name="descriptor">Of the map; disposed with the ring, or after an error.</param>
    public static OutcomeRing? Open(Descriptor descriptor, out Errno errno)
    {
        var page = Environment.SystemPageSize;
        var consumer = Libc.Map(0, (nuint)page, Libc.ProtectReadWrite, Libc.MapShared, descriptor, 0);
        errno = consumer == Libc.MapFailed ? Libc.LastErrno : Errno.None;
        if (errno == Errno.None)
        {
            var producer = Libc.Map(0, ProducerLength, Libc.ProtectRead, Libc.MapShared, descriptor, page);
            if (producer != Libc.MapFailed) return new OutcomeRing(descriptor, (byte*)consumer, (byte*)producer);
            errno = Libc.LastErrno;
            _ = Libc.Unmap(consumer, (nuint)page);
        }

        descriptor.Dispose();
        return null;
    }

    /// <summary>Moves outcomes into a span, the oldest first.</summary>
    /// <returns>Their number. If it is the length of the span, there may be more.</returns>
    public int Read(Span<ShardingOutcome> into)
    {
        ref var consumed = ref *(ulong*)_consumer;
        var at = consumed;
        var end = Volatile.Read(ref *(ulong*)_producer);
        var count = 0;
        while (count < into.Length && at < end)
        {
            var record = _producer + Environment.SystemPageSize + (at & (Size - 1));
            var header = Volatile.Read(ref *(uint*)record);
            if ((header & Busy) != 0) break; // a program is still writing it
            var length = header & ~Discarded;
            if (header == sizeof(ShardingOutcome)) into[count++] = *(ShardingOutcome*)(record + HeaderSize);
            at += (length + HeaderSize + 7) & ~7u;
            Volatile.Write(ref consumed, at);
        }

        return count;
    }

    public void Dispose()
    {
        _ = Libc.Unmap((nint)_consumer, (nuint)Environment.SystemPageSize);
        _ = Libc.Unmap((nint)_producer, ProducerLength);
        Descriptor.Dispose();
    }
}
