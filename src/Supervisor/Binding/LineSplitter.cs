using System.Buffers;

namespace Reuseportd.Binding;

/// <summary>
/// Splits the chunks that were read from one stream into lines. A line that lies whole in the chunk is returned in place. Only an
/// unfinished line is copied, into a pooled array that is returned when the line ends; an idle stream holds no array.
/// </summary>
/// <param name="limit">
/// Longest line in bytes; a longer line is returned in pieces. A value below <see cref="LeastLimit"/> counts as
/// <see cref="LeastLimit"/>.
/// </param>
internal sealed class LineSplitter(int limit)
{
    /// <summary>The preload library writes lines of up to 512 bytes; each must arrive in one piece.</summary>
    public const int LeastLimit = 512;

    private readonly int _limit = Math.Max(limit, LeastLimit);
    private byte[]? _carry;
    private int _held;
    private bool _continues;

    /// <summary>Bytes of the unfinished line.</summary>
    public int Held => _held;

    /// <summary>True if the next byte continues a line that has begun.</summary>
    public bool IsInLine => _held > 0 || _continues;

    /// <summary>
    /// The lines that end in <paramref name="chunk"/>; an unfinished line is kept. Enumerate the result once, to its end.
    /// </summary>
    public Lines Split(ReadOnlySpan<byte> chunk) => new(this, chunk, last: false);

    /// <summary>The unfinished line at the end of the stream, if there is one.</summary>
    public Lines Finish() => new(this, default, last: true);

    /// <summary>Copies the bytes of the unfinished line.</summary>
    /// <param name="continues">True if the bytes continue a line that was cut.</param>
    public byte[] Suspend(out bool continues)
    {
        continues = _continues;
        return _carry.AsSpan(0, _held).ToArray();
    }

    /// <summary>Continues a line that another splitter has suspended. To be called before the first chunk.</summary>
    public void Resume(ReadOnlySpan<byte> held, bool continues)
    {
        if (!held.IsEmpty) Hold(held);
        _continues = continues;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        var needed = _held + bytes.Length;
        if (_carry is null || _carry.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(needed);
            _carry.AsSpan(0, _held).CopyTo(larger);
            if (_carry is not null) ArrayPool<byte>.Shared.Return(_carry);
            _carry = larger;
        }

        bytes.CopyTo(_carry.AsSpan(_held));
        _held = needed;
    }

    private void Drop(int count)
    {
        _held -= count;
        if (_held > 0)
        {
            _carry.AsSpan(count, _held).CopyTo(_carry);
            return;
        }

        ArrayPool<byte>.Shared.Return(_carry!);
        _carry = null;
    }

    /// <summary>
    /// The length of a full piece: a UTF-8 character that crosses the limit goes into the next piece. The result depends on these
    /// bytes only, so pieces do not depend on the sizes of reads.
    /// </summary>
    private static int CutAt(ReadOnlySpan<byte> piece, byte next)
    {
        if (!IsContinuation(next)) return piece.Length;
        for (var back = 1; back <= 3; back++)
        {
            var at = piece[^back];
            if (IsContinuation(at)) continue;
            var length = at >= 0xF0 ? 4 : at >= 0xE0 ? 3 : at >= 0xC0 ? 2 : 1;
            return length > back ? piece.Length - back : piece.Length;
        }

        return piece.Length;
    }

    private static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;

    /// <summary>Enumerates lines over the caller's buffer; a struct, so that a line costs no allocation.</summary>
    internal ref struct Lines(LineSplitter splitter, ReadOnlySpan<byte> chunk, bool last)
    {
        private ReadOnlySpan<byte> _rest = chunk;
        private int _handedOut;

        public Line Current { get; private set; }

        public readonly Lines GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_handedOut > 0) splitter.Drop(_handedOut);
            _handedOut = 0;
            return splitter._held == 0 ? NextInPlace() : NextHeld();
        }

        private bool NextInPlace()
        {
            var limit = splitter._limit;
            // The search ends at one piece: a chunk without newlines is searched once, not once for each piece.
            var newline = _rest[..Math.Min(_rest.Length, limit + 1)].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                HandOut(_rest[..newline], cut: false);
                _rest = _rest[(newline + 1)..];
                return true;
            }

            if (_rest.Length > limit)
            {
                var at = CutAt(_rest[..limit], _rest[limit]);
                HandOut(_rest[..at], cut: true);
                _rest = _rest[at..];
                return true;
            }

            if (!_rest.IsEmpty) splitter.Hold(_rest);
            _rest = default;
            return false;
        }

        private bool NextHeld()
        {
            if (_rest.IsEmpty) return last && HandOutHeld(splitter._held, cut: false, ended: false);

            var room = splitter._limit + 1 - splitter._held;
            var window = _rest[..Math.Min(_rest.Length, room)];
            var newline = window.IndexOf((byte)'\n');
            if (newline >= 0)
            {
                splitter.Hold(window[..newline]);
                _rest = _rest[(newline + 1)..];
                return HandOutHeld(splitter._held, cut: false);
            }

            if (window.Length < room)
            {
                splitter.Hold(window);
                _rest = default;
                return false;
            }

            splitter.Hold(window[..^1]);
            _rest = _rest[(room - 1)..];
            return HandOutHeld(CutAt(splitter._carry.AsSpan(0, splitter._held), _rest[0]), cut: true);
        }

        private bool HandOutHeld(int count, bool cut, bool ended = true)
        {
            _handedOut = count;
            HandOut(splitter._carry.AsSpan(0, count), cut, ended);
            return true;
        }

        private void HandOut(ReadOnlySpan<byte> bytes, bool cut, bool ended = true)
        {
            Current = new Line(bytes, splitter._continues, cut, ended);
            splitter._continues = cut;
        }
    }
}
