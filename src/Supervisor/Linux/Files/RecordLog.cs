using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>
/// The newest value of each key, in a file in memory (memfd_create(2)) that outlives its writer in other processes. Batches of
/// records are appended, each with an empty line at its end. If the writer is killed at any moment, a reader finds all batches
/// but an unfinished last one: SIGKILL ends a write(2) between two pages. When superseded records take more room than the newest
/// ones, the newest are copied behind them, and the room of the others is given back to the kernel. Thread-safe. A write waits
/// for memory only.
/// </summary>
internal sealed unsafe class RecordLog : IDisposable
{
    /// <summary>
    /// The records begin here at first. Before that: the offset of the first record, in 8 bytes, then <see cref="HasBatches"/>.
    /// </summary>
    private const int HeaderSize = 4096;

    /// <summary>
    /// The file of an earlier version has 0 here, and each of its records counts alone. That version reads this file as its own:
    /// it ignores these bytes and empty lines. Another layout would need another form of the state, so that an earlier version
    /// refuses it.
    /// </summary>
    private const long HasBatches = 1;

    private const int ChunkSize = 64 * 1024;

    /// <summary>Superseded records below this size are left.</summary>
    private const long LeastGarbage = 1 << 20;

    private const long Longest = 1 << 30;

    private readonly Lock _gate = new();
    private readonly Descriptor _descriptor;
    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, (long Offset, int Length)> _newest = [];
    private readonly ArrayBufferWriter<byte> _pending = new();
    private long _start = HeaderSize;
    private long _end = HeaderSize;
    private long _live;
    private bool _isBroken;

    private RecordLog(int number)
    {
        _descriptor = new Descriptor(number);
        _file = new SafeFileHandle(number, ownsHandle: false);
    }

    public Descriptor Descriptor => _descriptor;

    public static RecordLog? TryMake(out Errno errno)
    {
        int number;
        fixed (byte* name = "reuseportd-state\0"u8) number = Libc.MemoryFile(name, Libc.MemoryFileCloseOnExec);
        errno = Libc.ErrnoOf(number);
        if (number < 0) return null;
        var log = new RecordLog(number);
        if (log.TryWriteStart()) return log;
        errno = Errno.NoSpace;
        log.Dispose();
        return null;
    }

    /// <summary>Sets values. A reader finds all of them, or none.</summary>
    /// <param name="changes">
    /// Keys without tabs and line breaks, and values without line breaks. An empty value removes its key.
    /// </param>
    /// <returns>False if the kernel has no memory. The file stays out of date from then on.</returns>
    public bool TryWrite(params ReadOnlySpan<(string Key, byte[] Value)> changes)
    {
        lock (_gate)
        {
            if (_isBroken) return false;
            foreach (var (key, value) in changes) Add(key, value);
            if (_pending.WrittenCount == 0) return true;
            _isBroken = !TryEndBatch() || (_end - _start > 2 * _live + LeastGarbage && !TryCompact());
            return !_isBroken;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _descriptor.Dispose();
    }

    /// <summary>Reads the values from a file, which another process may have written.</summary>
    /// <param name="problem">The reason why the file cannot be read; null on success.</param>
    public static IReadOnlyDictionary<string, byte[]>? TryRead(Descriptor descriptor, out string? problem)
    {
        problem = null;
        using var file = new SafeFileHandle(descriptor.Number, ownsHandle: false);
        try
        {
            Span<byte> header = stackalloc byte[2 * sizeof(long)];
            var size = RandomAccess.GetLength(file);
            if (RandomAccess.Read(file, header, 0) == header.Length
                && BinaryPrimitives.ReadInt64LittleEndian(header) is var start && start >= HeaderSize && start <= size
                && size - start <= Longest)
            {
                var lines = new byte[size - start];
                var count = 0;
                while (count < lines.Length && RandomAccess.Read(file, lines.AsSpan(count), start + count) is > 0 and var read)
                    count += read;
                var hasBatches = BinaryPrimitives.ReadInt64LittleEndian(header[sizeof(long)..]) != 0;
                return Newest(hasBatches ? Whole(lines.AsSpan(0, count)) : lines.AsSpan(0, count));
            }

            problem = "the file of the state is damaged";
        }
        catch (Exception failure) when (failure is IOException or NotSupportedException or UnauthorizedAccessException)
        {
            problem = failure.Message;
        }

        return null;
    }

    /// <summary>The batches that have their end.</summary>
    private static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> lines) => lines[..(lines.LastIndexOf("\n\n"u8) + 1)];

    private static Dictionary<string, byte[]> Newest(ReadOnlySpan<byte> lines)
    {
        var newest = new Dictionary<string, byte[]>();
        // The rest without a line break is an unfinished record.
        while (lines.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = lines[..end];
            lines = lines[(end + 1)..];
            var tab = line.IndexOf((byte)'\t');
            if (tab < 0) continue;
            var key = Encoding.UTF8.GetString(line[..tab]);
            newest.Remove(key);
            if (tab + 1 < line.Length) newest.Add(key, line[(tab + 1)..].ToArray());
        }

        return newest;
    }

    private void Add(string key, ReadOnlySpan<byte> value)
    {
        if (_newest.Remove(key, out var former)) _live -= former.Length;
        else if (value.IsEmpty) return;
        var offset = _end + _pending.WrittenCount;
        Encoding.UTF8.GetBytes(key, _pending);
        _pending.Write("\t"u8);
        _pending.Write(value);
        _pending.Write("\n"u8);
        if (value.IsEmpty) return;
        var length = (int)(_end + _pending.WrittenCount - offset);
        _newest[key] = (offset, length);
        _live += length;
    }

    private bool TryEndBatch()
    {
        _pending.Write("\n"u8);
        return TryAppend();
    }

    private bool TryAppend()
    {
        if (!TryWrite(_pending.WrittenSpan, _end)) return false;
        _end += _pending.WrittenCount;
        _pending.ResetWrittenCount();
        return true;
    }

    private bool TryCompact()
    {
        var former = _start;
        var start = _end;
        foreach (var (key, (offset, length)) in _newest.ToArray())
        {
            _newest[key] = (_end + _pending.WrittenCount, length);
            if (!TryCopy(offset, length)) return false;
            if (_pending.WrittenCount >= ChunkSize && !TryAppend()) return false;
        }

        if (!TryEndBatch()) return false;
        _start = start;
        if (!TryWriteStart()) return false;
        // A reader that has read the former start also fails without these records, but no reader runs beside the writer.
        _ = Libc.Allocate(_descriptor, Libc.AllocatePunchHole | Libc.AllocateKeepSize, (nint)former, (nint)(_start - former));
        return true;
    }

    private bool TryCopy(long offset, int length)
    {
        var into = _pending.GetSpan(length)[..length];
        for (var count = 0; count < length;)
        {
            var read = RandomAccess.Read(_file, into[count..], offset + count);
            if (read <= 0) return false;
            count += read;
        }

        _pending.Advance(length);
        return true;
    }

    private bool TryWriteStart()
    {
        Span<byte> header = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(header, _start);
        BinaryPrimitives.WriteInt64LittleEndian(header[sizeof(long)..], HasBatches);
        return TryWrite(header, 0);
    }

    private bool TryWrite(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_file, bytes, offset);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
