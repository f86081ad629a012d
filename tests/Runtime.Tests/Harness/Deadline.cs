using System.Diagnostics;

namespace Runtime.Tests.Harness;

/// <summary>How long a test waits for what must come. Long, since it is only used up where the test fails.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static T Await<T>(Task<T> task, string what)
    {
        Await((Task)task, what);
        return task.GetAwaiter().GetResult();
    }

    public static void Await(Task task, string what)
    {
        var came = Task.WaitAny([task], Patience) == 0;
        Assert.True(came, $"not within {Patience}: {what}");
        task.GetAwaiter().GetResult();
    }

    /// <summary>Asks again until it is so; for what tells nobody when it changes.</summary>
    public static void Until(Func<bool> holds, string what)
    {
        var clock = Stopwatch.StartNew();
        var between = default(SpinWait);
        while (!holds())
        {
            Assert.True(clock.Elapsed < Patience, $"not within {Patience}: {what}");
            between.SpinOnce();
        }
    }
}
