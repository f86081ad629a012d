using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class OutputFileTests
{
    [Fact]
    public void Write_NonBlockingPipeThatIsSlowlyRead_AllArrives()
    {
        var (read, write) = Inheritable.Pipe();
        Inheritable.SetNonBlocking(write);
        Inheritable.SetNonBlocking(read);
        using var text = new PipeText(new Pipe(read));
        var sent = new byte[1 << 20];
        Random.Shared.NextBytes(sent);
        var errno = new Errno(-1);
        var writer = new Thread(() =>
        {
            using var end = new Descriptor(write);
            errno = OutputFile.Write(write, sent);
        });
        writer.Start();

        Assert.Equal(sent, text.ReadToEnd());
        writer.Join();
        Assert.Equal(Errno.None, errno);
    }

    [Fact]
    public void Write_NoReader_IsBrokenPipe()
    {
        var (read, write) = Inheritable.Pipe();
        using var end = new Descriptor(write);
        new Descriptor(read).Dispose();

        Assert.Equal("EPIPE", OutputFile.Write(write, "x"u8).ToString());
    }

    [Fact]
    public void Write_FullDevice_IsNoSpace()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);

        Assert.Equal("ENOSPC", OutputFile.Write((int)full.DangerousGetHandle(), "x"u8).ToString());
    }
}
