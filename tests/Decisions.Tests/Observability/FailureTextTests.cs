using Reuseportd.Model;
using Reuseportd.Observability.Text;
using Reuseportd.Slots;

namespace Decisions.Tests.Observability;

public sealed class FailureTextTests
{
    private static readonly (SlotFailure Failure, string Words)[] Failures =
    [
        (new SlotFailure.Ended(ExitStatus.Killed(Signal.Kill)), "killed by SIGKILL"),
        (new SlotFailure.EndedForGood(ExitStatus.Killed(Signal.Kill)), "killed by SIGKILL, and restart policy is 'no'"),
        (new SlotFailure.NotStarted(new SpawnError("exec", "/bin/x", Errno.NotFound)), "exec /bin/x: ENOENT"),
        (new SlotFailure.NoRoom("pid_max is 400"), "no room: pid_max is 400"),
        (Late(new MissingReadiness.Ports(PortCoverage.None(new PortFilter([new PortRange(80, 80)])))), "port 80 missing"),
        (Late(new MissingReadiness.Ports(PortCoverage.None(PortFilter.Any))), "no port served"),
        (Late(new MissingReadiness.Notification()), "no READY=1 came"),
        (Late(new MissingReadiness.Probe(null)), "no probe was answered"),
        (Late(new MissingReadiness.Probe("port 80: refused")), "port 80: refused"),
        (Late(new MissingReadiness.SettleTime(TimeSpan.FromMilliseconds(300))), "served, but not yet for 0.3 s"),
        (new SlotFailure.NoAnswer("status 503"), "no longer answers: status 503"),
        (new SlotFailure.AcceptsNothing(TimeSpan.FromSeconds(3)), "accepted nothing for 3 s"),
        (
            new SlotFailure.GaveUp(2, TimeSpan.FromMinutes(10), new SlotFailure.NoRoom("x")),
            "more than 2 restarts within 10 min; the last failure: no room: x"),
    ];

    [Fact]
    public void For_EachFailure_HasItsWords() => Assert.All(Failures, one => Assert.Equal(
        one.Failure is SlotFailure.NotReady ? $"not ready in time: {one.Words}" : one.Words, FailureText.For(one.Failure)));

    private static SlotFailure.NotReady Late(MissingReadiness missing) => new(missing);
}
