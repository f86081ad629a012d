using System.Text;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Reads that block. Here a pipe without data blocks them; in the daemon, the memory lock of a process.</summary>
public sealed class MemoryLockedFileTests
{
    private const int Most = 1 << 26;

    [Fact]
    public void Read_ManyReadsBlock_TheNextIsNotTriedUntilTheyEnd()
    {
        var file = new MemoryLockedFile("fd/1"u8, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(10));
        using var other = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Stdout = new OutputTarget.Null() });
        Deadline.Until(() => file.Read(other.Pid) is [], "the file is read");
        TestWorker[] workers =
            [.. Enumerable.Range(0, BoundedCalls.MostHung).Select(_ => TestWorker.Start("/bin/sleep", "1000"))];
        try
        {
            Assert.All(workers, worker => Assert.Null(file.Read(worker.Pid)));
            Assert.Null(file.Read(other.Pid));
        }
        finally
        {
            // The close of the writing end ends a read of the pipe.
            foreach (var worker in workers) worker.Dispose();
        }

        Deadline.Until(() => file.Read(other.Pid) is [], "the file is read again");
    }

    [Theory]
    [InlineData(Most - 1, true)]
    [InlineData(Most, false)]
    public void Read_LargeFile_IsBounded(int length, bool isRead)
    {
        using var folder = new TemporaryFolder();
        using var stream = File.Create(folder["large"]);
        stream.SetLength(length);
        var name = Encoding.UTF8.GetBytes($"fd/{stream.SafeFileHandle.DangerousGetHandle()}");
        var file = new MemoryLockedFile(name, Deadline.Patience, Deadline.Patience);

        Assert.Equal(isRead ? length : null, file.Read(Environment.ProcessId)?.Length);
    }

    [Fact]
    public void Read_ProcessHasEnded_IsNull()
    {
        using var worker = TestWorker.Start("/bin/true");
        worker.AwaitExit();

        Assert.Null(new MemoryLockedFile("maps"u8, Deadline.Patience, Deadline.Patience).Read(worker.Pid));
    }
}
