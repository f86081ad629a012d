namespace Runtime.Tests.Harness;

/// <summary>The longest wait of a test for an event. It is long, as only a failing test uses it up.</summary>
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

    /// <summary>Repeats the check until it is true; for states whose change causes no event.</summary>
    public static void Until(Func<bool> holds, string what) => Poll.Until(holds, Patience, what);
}
