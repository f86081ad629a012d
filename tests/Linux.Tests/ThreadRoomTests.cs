using Linux.Tests.Harness;

namespace Linux.Tests;

/// <summary>EAGAIN without room: see the tests of the daemon with a limit of tasks.</summary>
public sealed class ThreadRoomTests
{
    private const int InvalidArgument = 22;
    private const string Name = "room";

    [Theory]
    [InlineData(0, 0)]
    [InlineData(64, 0)]
    [InlineData(256, 0)]
    [InlineData(257, InvalidArgument)]
    [InlineData(-1, InvalidArgument)]
    public void TryThreads_RoomForAll_LeavesNone(int count, int errno)
    {
        var answer = -1;
        // Threads begin with the name of the thread that makes them.
        var thread = new Thread(() => answer = Native.TryThreads(count)) { Name = Name };
        thread.Start();
        thread.Join();

        Assert.Equal(errno, answer);
        Deadline.Until(() => !Directory.GetDirectories("/proc/self/task").Any(task => NameOf(task) == Name), "all have ended");
    }

    private static string? NameOf(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/comm").TrimEnd();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
