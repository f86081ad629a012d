using Reuseportd.Runtime.Messages;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>After a fault in the loop, no worker runs on and no command waits.</summary>
public sealed class FaultTests
{
    [Fact]
    public void Fault_InLoop_IsReportedAndEndsWorkers()
    {
        using var fleet = new Supervised { IsToFault = true };
        fleet.Converge(Given.Sleepers("web", 3));
        var workers = fleet.Snapshot().Workers.Select(worker => worker.Pid!.Value).ToArray();
        Fault(fleet);

        Deadline.Until(() => fleet.Ended.IsCompleted, "the end of the loop");
        Assert.IsType<InvalidOperationException>(fleet.Ended.Exception?.InnerException);
        // The kernel kills the workers, as the thread that started them has ended.
        Deadline.Until(() => workers.All(pid => OwnProcess.Stat(pid)?.State == 'Z'), "the end of the workers");
    }

    [Fact]
    public void Fault_WaitingCommands_AreCanceled()
    {
        using var fleet = new Supervised { IsToFault = true };
        var settling = fleet.BeginConverge(Given.Listening(Given.Sleepers("web", 1), 8080));
        fleet.Log.Take("spawn", "web@0");
        Fault(fleet);
        var late = fleet.BeginConverge(Given.Sleepers("web", 1));

        Deadline.Until(() => settling.IsCompleted && late.IsCompleted, "both are told");
        Assert.True(settling.IsCanceled && late.IsCanceled);
    }

    private static void Fault(Supervised fleet) =>
        fleet.Mailbox.Post(new Message.Ping(() => throw new InvalidOperationException("a fault")));
}
