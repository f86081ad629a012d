using System.Buffers;

namespace Reuseportd.Observability.Text;

/// <summary>The content of a JSON string (RFC 8259, section 7).</summary>
internal readonly struct JsonEscape : IEscape
{
    private static readonly SearchValues<byte> Unescaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x80).Select(value => (byte)value).Where(IsPlain)]);

    public static SearchValues<byte> Plain => Unescaped;

    public static int Escape(int character, Span<byte> into)
    {
        var letter = character switch
        {
            '"' => '"',
            '\\' => '\\',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\b' => 'b',
            '\f' => 'f',
            _ => '\0',
        };
        into[0] = (byte)'\\';
        if (letter != '\0')
        {
            into[1] = (byte)letter;
            return 2;
        }

        "u00"u8.CopyTo(into[1..]);
        into[4] = "0123456789abcdef"u8[character >> 4];
        into[5] = "0123456789abcdef"u8[character & 0xF];
        return 6;
    }

    private static bool IsPlain(byte value) => value is >= (byte)' ' and <= (byte)'~' and not ((byte)'"' or (byte)'\\');
}
