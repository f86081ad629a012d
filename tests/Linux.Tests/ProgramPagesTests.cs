using System.Security.Cryptography;
using Linux.Tests.Harness;

namespace Linux.Tests;

/// <summary>The program of these tests is the test host.</summary>
public sealed class ProgramPagesTests
{
    private const int Times = 100;

    /// <summary>Threads that run, allocate and throw meanwhile are not affected.</summary>
    [Fact]
    public void GiveBack_WhileThreadsRun_HarmsNothing()
    {
        var expected = Work(0);
        var isOver = false;
        var rounds = new int[2];
        Thread[] threads = [.. Enumerable.Range(0, rounds.Length).Select(index => new Thread(() => Repeat(ref rounds[index])))];
        foreach (var thread in threads) thread.Start();
        for (var time = 0; time < Times; time++)
        {
            ProgramPages.GiveBack();
            if (time % 10 == 0) GC.Collect();
        }

        Deadline.Until(() => rounds.All(done => Volatile.Read(ref done) > 0), "each thread went on");
        Volatile.Write(ref isOver, true);
        foreach (var thread in threads) thread.Join();

        void Repeat(ref int done)
        {
            while (!Volatile.Read(ref isOver))
            {
                Assert.Equal(expected, Work(0));
                Volatile.Write(ref done, done + 1);
            }
        }
    }

    private static string Work(int seed)
    {
        try
        {
            throw new InvalidOperationException(Convert.ToHexString(SHA256.HashData(BitConverter.GetBytes(seed))));
        }
        catch (InvalidOperationException thrown)
        {
            return thrown.Message;
        }
    }
}
