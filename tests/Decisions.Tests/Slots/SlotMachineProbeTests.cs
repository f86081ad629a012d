using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

/// <summary>Workers that report their readiness, and workers with readiness or liveness probes.</summary>
public sealed class SlotMachineProbeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static TheoryData<string, bool> Readiness => new()
    {
        { "bind", false },
        { "delay", false },
        { "notify", true },
        { "probed", true },
    };

    [Theory]
    [MemberData(nameof(Readiness))]
    public void Step_ReportedReady_CountsForNotifyOnly(string readiness, bool counts)
    {
        var life = new Life(Make.Policy(readiness: Spec(readiness))).Apply("start").Apply("spawned").Apply("reported-ready");
        Assert.Equal(counts ? "ready" : "starting", life.Slot.State.Word);
    }

    [Theory]
    [InlineData("notify")]
    [InlineData("probed")]
    public void Step_PortIsServed_DoesNotCountForNotify(string readiness)
    {
        var life = new Life(Make.Policy(readiness: Spec(readiness))).Apply("start").Apply("spawned").Apply("serves");
        Assert.Equal("starting", life.Slot.State.Word);
        Assert.Equal(Limit, life.Slot.State.Deadline);
    }

    [Theory]
    [InlineData(0.5, "backoff")]
    [InlineData(2, "starting")]
    public void Step_LivenessFails_IsRestartedAsAfterAnExit(double readySeconds, string next)
    {
        var life = new Life(Make.Policy()).Apply("start").Apply("spawned").Apply("serves").Advance(readySeconds);

        life.Apply("found-dead");
        Assert.Equal("send SIGTERM", Make.Text(life.Actions));
        life.Advance(3).Apply("exited");

        Assert.Equal(next, life.Slot.State.Word);
    }

    [Fact]
    public void Step_LivenessFailsUnderPolicyNo_FailsWithTheReason()
    {
        var life = new Life(Make.Policy(RestartPolicy.Default with { When = RestartWhen.No }))
            .Apply("start").Apply("spawned").Apply("serves").Advance(5).Apply("found-dead").Apply("exited");
        Assert.Equal(new SlotFailure.NoAnswer("refused"), Assert.IsType<SlotState.Failed>(life.Slot.State).Failure);
    }

    [Fact]
    public void Step_LivenessFailsAfterAStop_StaysStopped()
    {
        var life = new Life(Make.Policy()).Apply("start").Apply("spawned").Apply("serves").Advance(5)
            .Apply("found-dead").Apply("stop").Apply("exited");
        Assert.Equal("stopped", life.Slot.State.Word);
    }

    private static ReadinessSpec Spec(string word) => word switch
    {
        "bind" => new ReadinessSpec.Bind(Limit),
        "delay" => new ReadinessSpec.Delay(Limit, Limit * 2),
        "notify" => new ReadinessSpec.Notify(Limit),
        "probed" => new ReadinessSpec.Probed(new ProbeSpec.Tcp(null), ReadinessSpec.DefaultPeriod, Limit),
        _ => throw new ArgumentOutOfRangeException(nameof(word)),
    };
}
