using Linux.Tests.Harness;

namespace Linux.Tests;

public sealed class TerminalTests
{
    [Fact]
    public void IsJournal_SameDeviceAndInode_True()
    {
        using var folder = new TemporaryFolder();
        using var file = File.OpenHandle(folder.Write("stream", ""));
        using var stat = TestWorker.Start("/usr/bin/stat", "-c", "%d:%i", folder["stream"]);
        var stream = stat.Out!.ReadLine();

        Assert.True(Terminal.IsJournal((int)file.DangerousGetHandle(), stream));
        Assert.False(Terminal.IsJournal((int)file.DangerousGetHandle(), stream + "0"));
        Assert.False(Terminal.IsJournal((int)file.DangerousGetHandle(), null));
    }

    [Fact]
    public void Is_File_False()
    {
        using var file = File.OpenHandle("/dev/null");

        Assert.False(Terminal.Is((int)file.DangerousGetHandle()));
    }

    [Fact]
    public void IsJournal_ClosedDescriptor_False() => Assert.False(Terminal.IsJournal(1_000_000, "0:0"));
}
