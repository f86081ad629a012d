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
}
