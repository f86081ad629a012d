using System.Text;
using Reuseportd.Binding;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Lines;

/// <summary>
/// The last line of a stream that is neither blank nor the preload library's, up to <see cref="Longest"/> bytes. Only the end of
/// each read is examined, so the cost does not depend on the number of lines.
/// </summary>
internal sealed class LastLine
{
    /// <summary>Most bytes of a line that are shown.</summary>
    public const int Longest = 200;

    private Excerpt _line;

    /// <summary>The start of an unfinished line.</summary>
    private Excerpt _begun;

    /// <summary>True if there is a line, finished or not.</summary>
    public bool Exists => _line.Length > 0 || HasBegun;

    /// <summary>The line, with control characters escaped; null if there is none.</summary>
    public string? Text => HasBegun ? _begun.Text : _line.Length > 0 ? _line.Text : null;

    /// <summary>The bytes of the newest finished line that are shown, for another object; empty if there is none.</summary>
    public ReadOnlySpan<byte> Finished => _line.Bytes;

    /// <summary>A line of the library may arrive in two reads.</summary>
    private bool HasBegun => _begun.Length > 0 && !OutcomeParser.IsAtStart(_begun.Bytes);

    /// <summary>Adds the bytes of one read.</summary>
    public void Take(ReadOnlySpan<byte> chunk)
    {
        var end = chunk.LastIndexOf((byte)'\n');
        if (end >= 0)
        {
            var lines = chunk[..end];
            chunk = chunk[(end + 1)..];
            if (_begun.Length > 0) lines = Finish(lines);
            if (LastOf(lines) is { IsEmpty: false } found) _line.Set(found);
        }

        GoOn(chunk);
    }

    /// <returns>The bytes after the line that had begun.</returns>
    private ReadOnlySpan<byte> Finish(ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf((byte)'\n');
        var rest = end < 0 ? lines : lines[..end];
        GoOn(rest);
        if (HasBegun) (_line, _begun) = (_begun, _line);
        _begun.Clear();
        return end < 0 ? default : lines[(end + 1)..];
    }

    /// <summary>Handles a line of the library that follows text of the program without a newline.</summary>
    private void GoOn(ReadOnlySpan<byte> line)
    {
        if (_begun.Length == 0 || !OutcomeParser.IsAtStart(line)) _begun.Add(line);
    }

    /// <returns>Empty if every line is blank.</returns>
    private static ReadOnlySpan<byte> LastOf(ReadOnlySpan<byte> lines)
    {
        while (true)
        {
            lines = lines.TrimEnd(Excerpt.Blank);
            var line = lines[(lines.LastIndexOf((byte)'\n') + 1)..];
            var own = OutcomeParser.IsAtStart(line) ? default
                : OutcomeParser.MayBeIn(line) && OutcomeParser.TryFind(line, out var before, out _) ? line[..before] : line;
            own = own.Trim(Excerpt.Blank);
            if (!own.IsEmpty || line.Length == lines.Length) return own;
            lines = lines[..^(line.Length + 1)];
        }
    }

    /// <summary>The first bytes of a line, without leading blanks.</summary>
    private struct Excerpt
    {
        private byte[]? _bytes;

        public static ReadOnlySpan<byte> Blank => " \t\r\n\v\f\0"u8;

        /// <summary><see cref="Longest"/> plus one if the line is longer.</summary>
        public int Length { get; private set; }

        public readonly ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

        public readonly string Text
        {
            get
            {
                ReadOnlySpan<byte> bytes = _bytes;
                var length = Math.Min(Length, Longest);
                // Do not cut a character.
                for (var back = 0; Length > Longest && back < 3 && (bytes[length] & 0xC0) == 0x80; back++) length--;
                var text = new RecordBuffer();
                Utf8Text.Write<TerminalEscape>(text, bytes[..length].TrimEnd(Blank));
                return Encoding.UTF8.GetString(text.Bytes) + (Length > Longest ? "..." : "");
            }
        }

        public void Set(ReadOnlySpan<byte> line)
        {
            Clear();
            Add(line);
        }

        public void Add(ReadOnlySpan<byte> more)
        {
            if (Length == 0) more = more.TrimStart(Blank);
            more = more[..Math.Min(more.Length, Longest + 1 - Length)];
            if (more.IsEmpty) return;
            _bytes ??= new byte[Longest + 1];
            more.CopyTo(_bytes.AsSpan(Length));
            Length += more.Length;
        }

        public void Clear() => Length = 0;
    }
}
