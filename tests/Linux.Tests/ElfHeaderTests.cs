using Linux.Tests.Harness;

namespace Linux.Tests;

public sealed class ElfHeaderTests
{
    [Fact]
    public void TryParse_DynamicProgram_HasItsLoader()
    {
        var header = HeaderOf("binds");

        Assert.True(header.Is64);
        Assert.Contains("/ld-", header.Interpreter, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_StaticProgram_HasNone() => Assert.Null(HeaderOf("binds-static").Interpreter);

    [Fact]
    public void TryParse_CutAnywhere_NeverReadsBeyond()
    {
        var bytes = File.ReadAllBytes(TestPrograms.Path("binds"));

        for (var length = 0; length < 2048; length++) _ = ElfHeader.TryParse(bytes.AsSpan(0, length));
        Assert.Null(ElfHeader.TryParse(bytes.AsSpan(0, 200)));
    }

    [Fact]
    public void TryParse_AnyByteChanged_NeverThrows()
    {
        var bytes = File.ReadAllBytes(TestPrograms.Path("binds")).AsSpan(0, 4096).ToArray();

        for (var at = 0; at < 1024; at++)
        {
            foreach (var value in (ReadOnlySpan<byte>)[0, 1, 2, 0x7f, 0x80, 0xff])
            {
                var before = bytes[at];
                bytes[at] = value;
                _ = ElfHeader.TryParse(bytes);
                bytes[at] = before;
            }
        }
    }

    [Theory]
    [InlineData("#!/bin/sh\n", "/bin/sh")]
    [InlineData("#! /bin/sh -e\n", "/bin/sh")]
    [InlineData("#!\t/bin/sh", "/bin/sh")]
    [InlineData("#!sh\n", null)]
    [InlineData("#!\n", null)]
    [InlineData("/bin/sh", null)]
    [InlineData("", null)]
    public void Interpreter_FirstLine_IsReadAsTheKernelDoes(string text, string? expected) =>
        Assert.Equal(expected, ProgramFile.Interpreter(System.Text.Encoding.UTF8.GetBytes(text)));

    private static ElfHeader HeaderOf(string program) =>
        Assert.IsType<ElfHeader>(ElfHeader.TryParse(File.ReadAllBytes(TestPrograms.Path(program))));
}
