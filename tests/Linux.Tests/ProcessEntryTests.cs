using System.Text;

namespace Linux.Tests;

public sealed class ProcessEntryTests
{
    private const string Rest = "4194304 95 0 1 0 2 3 0 0 20 0 1 0 98765 2465792 228 18446744073709551615 1 1 0";

    [Fact]
    public void TryParse_OrdinaryLine_HasItsFields() => Assert.Equal(
        new ProcessEntry(4242, 'S', 1, 4240, 4230, 98765, ResidentPages: 228) { CpuTicks = 5 },
        Parse($"4242 (sleep) S 1 4240 4230 0 -1 {Rest}"));

    [Theory]
    [InlineData("a b")]
    [InlineData(") R 7 7 7 (")]
    [InlineData("((")]
    [InlineData("")]
    [InlineData("x) Z 9")]
    public void TryParse_NameThatLooksLikeFields_IsSkipped(string name) => Assert.Equal(
        new ProcessEntry(4242, 'Z', 1, 4240, 4230, 98765, ResidentPages: 228) { CpuTicks = 5 },
        Parse($"4242 ({name}) Z 1 4240 4230 0 -1 {Rest}"));

    [Theory]
    [InlineData("")]
    [InlineData("4242")]
    [InlineData("4242 (sleep) ")]
    [InlineData("4242 (sleep) S 1 2 3")]
    [InlineData("(sleep) S 1")]
    [InlineData("x (sleep) S 1 4240 4230 0 -1 4194304 95 0 1 0 2 3 0 0 20 0 1 0 98765 2 3")]
    public void TryParse_CutShort_IsNothing(string line) => Assert.Null(Parse(line));

    [Fact]
    public void Of_ThisProcess_IsItself() => Assert.Equal(Environment.ProcessId, ProcessEntry.Of(Environment.ProcessId)?.Pid);

    [Fact]
    public void Of_NoProcess_IsNothing() => Assert.Null(ProcessEntry.Of(int.MaxValue));

    private static ProcessEntry? Parse(string line) => ProcessEntry.TryParse(Encoding.UTF8.GetBytes(line));
}
