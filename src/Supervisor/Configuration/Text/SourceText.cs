using System.Buffers;
using System.Text.Unicode;

namespace Reuseportd.Configuration.Text;

internal enum SourceRole
{
    /// <summary>Daemon settings and services.</summary>
    Main,

    /// <summary>A file of <c>services.d</c>: only services.</summary>
    Services,

    /// <summary>A file of another program, in its own syntax.</summary>
    Foreign,
}

/// <summary>The text of one file.</summary>
/// <param name="File">The name for error messages.</param>
internal sealed record SourceText(string File, string Text, SourceRole Role)
{
    /// <summary>Absolute path of the file's folder; null if the text is from no file.</summary>
    public string? Folder { get; init; }

    /// <summary>A larger file is refused: a service takes about 1 KiB.</summary>
    public const int LargestFile = 1024 * 1024;

    /// <summary>Decodes UTF-8 with or without a byte order mark. Reports the first invalid byte or character.</summary>
    public static SourceText? Decode(string file, ReadOnlySpan<byte> bytes, SourceRole role, Findings findings)
    {
        if (bytes.Length > LargestFile)
            return Refuse(new Place(file, 0, 0), "larger than 1 MiB, the limit");
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return Refuse(new Place(file, 1, 1), "the file is UTF-16; save it as UTF-8");
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];

        var characters = new char[bytes.Length];
        var status = Utf8.ToUtf16(bytes, characters, out var read, out var written, replaceInvalidSequences: false);
        var text = new string(characters, 0, written);
        if (status != OperationStatus.Done)
            return Refuse(Place.After(file, text), $"not UTF-8: byte 0x{bytes[read]:X2} at offset {read}");

        var control = FirstControl(text);
        if (control < 0) return new SourceText(file, text, role);
        var code = (int)text[control];
        var place = Place.After(file, text.AsSpan(0, control));
        var remedy = role == SourceRole.Foreign ? "" : $"; write it in double quotes as \\x{code:x2}";
        return Refuse(place, $"control character U+{code:X4}{remedy}");

        SourceText? Refuse(Place place, string message)
        {
            findings.Error(place, "", message);
            return null;
        }
    }

    /// <summary>Of the control characters, YAML allows only tab, line feed and carriage return.</summary>
    private static int FirstControl(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is < ' ' and not ('\t' or '\n' or '\r') or '\x7F') return at;
        }

        return -1;
    }
}
