using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Reuseportd.Observability.Text;

/// <summary>The escapes of a form of the log.</summary>
internal interface IEscape
{
    /// <summary>ASCII bytes that need no escape.</summary>
    static abstract SearchValues<byte> Plain { get; }

    /// <param name="character">An ASCII character that is not plain, or a control character from U+0080 to U+009F.</param>
    /// <returns>Number of bytes written, at most 8.</returns>
    static abstract int Escape(int character, Span<byte> into);
}

/// <summary>
/// Writes arbitrary bytes as UTF-8 text. Invalid UTF-8 becomes U+FFFD. Control characters are escaped, including those of ISO
/// 6429's second set (U+0080 to U+009F), which a terminal obeys like ESC.
/// </summary>
internal static class Utf8Text
{
    private const int LongestEscape = 8;

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>
    /// True if the text may be copied unchanged. May be false for harmless text with characters from U+0080 to U+00BF.
    /// </summary>
    public static bool IsPlain<TEscape>(ReadOnlySpan<byte> text) where TEscape : struct, IEscape =>
        !text.ContainsAnyExcept(TEscape.Plain)
        // ASCII text that failed the first test needs escapes. Other text rarely does.
        || (!Ascii.IsValid(text) && !MayHaveEscapes(text) && Utf8.IsValid(text));

    public static void Write<TEscape>(RecordBuffer into, ReadOnlySpan<byte> text) where TEscape : struct, IEscape
    {
        if (IsPlain<TEscape>(text)) into.Write(text);
        else WriteEscaped<TEscape>(into, text);
    }

    public static void Write<TEscape>(RecordBuffer into, string text) where TEscape : struct, IEscape
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Write<TEscape>(into, bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>
    /// As <see cref="Write{TEscape}(RecordBuffer, ReadOnlySpan{byte})"/>, for text that is known not to be plain.
    /// </summary>
    public static void WriteEscaped<TEscape>(RecordBuffer into, ReadOnlySpan<byte> text) where TEscape : struct, IEscape
    {
        while (true)
        {
            var run = text.IndexOfAnyExcept(TEscape.Plain);
            into.Write(run < 0 ? text : text[..run]);
            if (run < 0) return;
            text = text[run..];

            if (text[0] < 0x80)
            {
                into.Advance(TEscape.Escape(text[0], into.Reserve(LongestEscape)));
                text = text[1..];
                continue;
            }

            var valid = Rune.DecodeFromUtf8(text, out var rune, out var consumed) == OperationStatus.Done;
            if (valid && rune.Value < 0xA0) into.Advance(TEscape.Escape(rune.Value, into.Reserve(LongestEscape)));
            else into.Write(valid ? text[..consumed] : Replacement);
            text = text[consumed..];
        }
    }

    /// <summary>Uses separate passes, which are vectorized; a single pass with a non-ASCII byte in its set is not.</summary>
    private static bool MayHaveEscapes(ReadOnlySpan<byte> text) =>
        text.ContainsAnyInRange((byte)0, (byte)0x1F)
        || text.ContainsAny((byte)'"', (byte)'\\', (byte)0x7F)
        // The first byte of U+0080 to U+00BF.
        || text.Contains((byte)0xC2);
}
