using Reuseportd.Model;

namespace Decisions.Tests.Model;

public sealed class ExitStatusTests
{
    [Theory]
    [InlineData(3, false, false, false, "exit code 3")]
    [InlineData(11, true, true, false, "killed by SIGSEGV (core dumped)")]
    [InlineData(9, true, false, true, "killed by SIGKILL (out of memory)")]
    [InlineData(1, false, false, true, "exit code 1 (out of memory)")]
    public void ToString_Status_IsTheTextOfTheStatusTable(
        int code, bool signaled, bool dumped, bool outOfMemory, string expected) =>
        Assert.Equal(expected, new ExitStatus(code, signaled, dumped) { OutOfMemory = outOfMemory }.ToString());

    [Fact]
    public void ToString_Unknown_NamesTheReason() =>
        Assert.Equal("status unknown: it was started by an earlier daemon", ExitStatus.Unknown.ToString());

    [Fact]
    public void Success_Unknown_IsFalse() => Assert.False(ExitStatus.Unknown.Success);

    [Theory]
    [InlineData(0x0000, 0, false, false)]
    [InlineData(0x0700, 7, false, false)]
    [InlineData(0xff00, 255, false, false)]
    [InlineData(0x0009, 9, true, false)]
    [InlineData(0x008b, 11, true, true)]
    public void FromWait_FormOfTheKernel_IsCodeOrSignal(int status, int code, bool signaled, bool dumped) =>
        Assert.Equal(new ExitStatus(code, signaled, dumped), ExitStatus.FromWait(status));
}
