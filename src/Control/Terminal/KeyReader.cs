using System.Text;

namespace Reuseportd.Control.Terminal;

/// <summary>
/// Bytes of a terminal in raw mode to keys (ECMA-48, and the sequences of xterm). Pure, except for its unread rest.
/// </summary>
internal sealed class KeyReader
{
    private const char Escape = '\e';

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private string _unread = "";

    /// <summary>True if the bytes so far end within a sequence, or with an escape that may begin one.</summary>
    public bool IsWaiting => _unread.Length > 0;

    public IReadOnlyList<Key> Read(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[bytes.Length + 1];
        var text = _unread + new string(characters, 0, _decoder.GetChars(bytes, characters, flush: false));
        return Keys(text, isWhole: false);
    }

    /// <summary>The keys of the unread rest, after which no more bytes came: a single escape is the key.</summary>
    public IReadOnlyList<Key> Flush() => Keys(_unread, isWhole: true);

    private List<Key> Keys(string text, bool isWhole)
    {
        var keys = new List<Key>();
        var at = 0;
        while (at < text.Length)
        {
            var (length, key) = text[at] == Escape ? Sequence(text.AsSpan(at)) : (1, Single(text[at]));
            if (length == 0)
            {
                if (!isWhole) break;
                (length, key) = (1, KeyKind.Escape);
            }

            at += length;
            if (key is { } known) keys.Add(known);
        }

        _unread = text[at..];
        return keys;
    }

    /// <returns>A length of 0 if the end of the sequence is missing; no key for an unknown sequence.</returns>
    private static (int Length, Key? Key) Sequence(ReadOnlySpan<char> text)
    {
        if (text.Length == 1) return (0, null);
        if (text[1] == 'O') return text.Length == 2 ? (0, null) : (3, Cursor(text[2]));
        if (text[1] != '[') return (1, KeyKind.Escape);
        var parameters = text[2..];
        var length = parameters.IndexOfAnyInRange('@', '~');
        if (length < 0) return (0, null);
        var end = parameters[length];
        return (length + 3, end == '~' ? Numbered(parameters[..length]) : Cursor(end));
    }

    private static Key? Cursor(char end) => end switch
    {
        'A' => KeyKind.Up,
        'B' => KeyKind.Down,
        'C' => KeyKind.Right,
        'D' => KeyKind.Left,
        'F' => KeyKind.End,
        'H' => KeyKind.Home,
        _ => null,
    };

    private static Key? Numbered(ReadOnlySpan<char> number) => number switch
    {
        "1" or "7" => KeyKind.Home,
        "4" or "8" => KeyKind.End,
        "5" => KeyKind.PageUp,
        "6" => KeyKind.PageDown,
        _ => null,
    };

    private static Key? Single(char c) => c switch
    {
        '\r' or '\n' => KeyKind.Enter,
        '\b' or '\x7f' => KeyKind.Erase,
        '\x03' => KeyKind.Interrupt,
        '\x1a' => KeyKind.Suspend,
        '\x0c' => KeyKind.Redraw,
        _ => char.IsControl(c) ? null : c,
    };
}
