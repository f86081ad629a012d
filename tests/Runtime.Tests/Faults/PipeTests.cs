using System.Globalization;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Faults;

/// <summary>Pipes that are closed too early, or too late.</summary>
public sealed class PipeTests
{
    /// <summary>The child has left the worker's session and group: only its marks name the worker.</summary>
    [Fact]
    public void Exit_ChildInAnotherSessionHoldsTheOutput_IsKilledAndTheStreamEnds()
    {
        using var fleet = new Supervised();
        fleet.Converge();
        var before = OwnProcess.Descriptors().Length;
        fleet.Converge(
            Given.Service("job", 1, Checkout.Worker("hold-pipe"), "apart") with
            {
                Restart = RestartPolicy.Default with { When = RestartWhen.OnFailure },
            });
        var child = int.Parse(fleet.Lines.Take("job@0", "holding ")[1], CultureInfo.InvariantCulture);

        Assert.Equal("0", fleet.Log.Take("exit", "job@0").Field("EXIT_STATUS"));
        Assert.Equal(1, fleet.Log.Take("kill", "job@0").Number("REUSEPORT_COUNT"));
        Deadline.Until(() => !OwnProcess.Exists(child), "the child is gone and reaped");
        Deadline.Until(() => OwnProcess.Descriptors().Length <= before, "both pipes are closed");
        Assert.Equal(WorkerState.Stopped, fleet.Worker("job@0").State);
    }

    [Fact]
    public void Crash_StderrWasClosed_IsReplacedAndReadyAgain()
    {
        using var fleet = new Supervised();
        var port = Given.Socket().Port;
        fleet.Converge(Given.Listening(
            Given.Service("web", 1, Checkout.Worker("closes-stderr"), port.ToString(CultureInfo.InvariantCulture)), port));
        fleet.Log.Take("ready", "web@0");
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);

        Assert.Equal("9", fleet.Log.Take("exit", "web@0").Field("EXIT_STATUS"));
        var next = fleet.Log.Take("ready", "web@0");
        Assert.Equal([next.Pid], OwnProcess.Children());
        Assert.Equal((WorkerState.Ready, 2), (fleet.Worker("web@0").State, fleet.Worker("web@0").Generation));
    }
}
