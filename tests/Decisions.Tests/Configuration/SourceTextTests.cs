using System.Text;
using Reuseportd.Configuration.Text;

namespace Decisions.Tests.Configuration;

public sealed class SourceTextTests
{
    [Fact]
    public void Decode_ByteOrderMark_IsLeftOut() => Assert.Equal("a: ä", Decode([0xEF, 0xBB, 0xBF, .. "a: ä"u8]).Text);

    public static TheoryData<byte[], string> Refused => new()
    {
        { [.. "a: b\nc: "u8, 0xFF], "x.yaml:2:4: not UTF-8: byte 0xFF at offset 8" },
        { [.. "a: "u8, 0xC3], "x.yaml:1:4: not UTF-8: byte 0xC3 at offset 3" },
        { [.. "\r\nä: "u8, 0xE4, .. "b"u8], "x.yaml:2:4: not UTF-8: byte 0xE4 at offset 6" },
        { [.. "a: "u8, 0xED, 0xA0, 0x80], "x.yaml:1:4: not UTF-8: byte 0xED at offset 3" },
        { [.. "a: \0b"u8], "x.yaml:1:4: control character U+0000; write it in double quotes as \\x00" },
        { [.. "a: b\n\x1b[2J"u8], "x.yaml:2:1: control character U+001B; write it in double quotes as \\x1b" },
        { Encoding.Unicode.GetPreamble(), "x.yaml:1:1: the file is UTF-16; save it as UTF-8" },
        { new byte[SourceText.LargestFile + 1], "x.yaml: larger than 1 MiB, the limit" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Decode_NoText_IsOneError(byte[] bytes, string error)
    {
        var findings = new Findings();
        Assert.Null(SourceText.Decode("x.yaml", bytes, SourceRole.Main, findings));
        Assert.Equal(error, Assert.Single(findings.Errors).ToString());
    }

    private static SourceText Decode(byte[] bytes) => SourceText.Decode("x.yaml", bytes, SourceRole.Main, new Findings())!;
}
