using System.Buffers;

namespace Reuseportd.Observability.Text;

/// <summary>Text for a terminal: a control character appears as <c>\x1b</c>. A tab is harmless and stays.</summary>
internal readonly struct TerminalEscape : IEscape
{
    private static readonly SearchValues<byte> Shown =
        SearchValues.Create([.. Enumerable.Range(0, 0x80).Select(value => (byte)value).Where(IsPlain)]);

    public static SearchValues<byte> Plain => Shown;

    public static int Escape(int character, Span<byte> into)
    {
        into[0] = (byte)'\\';
        into[1] = (byte)'x';
        into[2] = "0123456789abcdef"u8[character >> 4];
        into[3] = "0123456789abcdef"u8[character & 0xF];
        return 4;
    }

    private static bool IsPlain(byte value) => value is (byte)'\t' or (>= (byte)' ' and <= (byte)'~');
}
