using Reuseportd.Api;
using Reuseportd.Linux;
using Reuseportd.Model;
using Reuseportd.Runtime;

namespace Decisions.Tests.Api;

/// <summary>Each cause in the words that a user gets.</summary>
public sealed class BindCausesTests
{
    private const int Port = 8080;

    private static readonly WorkerSnapshot Ready = new(
        new WorkerName("web", 0), "ready", 100, 1, 0, TimeSpan.Zero, null, null, null, [])
    {
        User = 33, Ports = new PortFilter([new PortRange(Port, Port)]),
    };

    private static readonly WorkerSnapshot Taken =
        Ready with { State = "backoff", Pid = null, FailedBind = Outcome("EADDRINUSE", matched: true) };

    [Fact]
    public void Of_WorkerThatServes_IsNothing() =>
        Assert.Empty(Of(Ready with { Binds = [Outcome("ok", matched: true), Outcome("ok", matched: false, port: 9000)] }));

    [Fact]
    public void Of_OtherPort_SaysBoth() => Assert.Equal(
        ["it bound 127.0.0.1:8081 tcp, and 'reuseport.ports' has 8080; correct that, or the port that the program takes"],
        Of(Ready with { State = "starting", Binds = [Outcome("ok", matched: false, port: 8081)] }));

    [Fact]
    public void Of_OtherAddress_SaysSo() => Assert.Equal(
        ["it bound 127.0.0.1:8080 tcp, whose address 'reuseport.address' does not contain; correct that, or the address that the program takes"],
        Of(Ready with { State = "starting", Binds = [Outcome("ok", matched: false)] }));

    [Fact]
    public void Of_PortOfAStranger_NamesItsHolder() => Assert.Equal(
        ["127.0.0.1:8080 tcp is held by nginx (process 44), which does not share it; stop that, or take another port"],
        Of(Taken, new PortHolder(IsStream: true, Port, Uid: 33, Pid: 44, "nginx")));

    [Fact]
    public void Of_PortOfAnotherUser_NamesBothUsers() => Assert.Equal(
        [
            "127.0.0.1:8080 tcp is held by nginx (process 44) of user u0, and this worker runs as user u33: the kernel shares a port among sockets of one "
            + "user only; run both as one user, or take another port",
        ],
        Of(Taken, new PortHolder(IsStream: true, Port, Uid: 33, Pid: 7, "web"), new PortHolder(IsStream: true, Port, Uid: 0, Pid: 44, "nginx")));

    [Fact]
    public void Of_PortOfAnotherWorker_NamesIt() => Assert.Equal(
        ["127.0.0.1:8080 tcp is held by worker db@3 (process 7), which does not share it; stop that, or take another port"],
        Of(Taken, new PortHolder(IsStream: true, Port, Uid: 33, Pid: 7, "db")));

    [Fact]
    public void Of_PortOfNobodyToBeSeen_SaysSo()
    {
        Assert.StartsWith("127.0.0.1:8080 tcp is taken, and by whom cannot be seen", Assert.Single(Of(Taken)), StringComparison.Ordinal);
        // UDP is another port.
        Assert.StartsWith(
            "127.0.0.1:8080 tcp is taken, and by whom cannot be seen",
            Assert.Single(Of(Taken, new PortHolder(IsStream: false, Port, 33, 44, "dns"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(PreloadReason.StaticallyLinked), "the program is statically linked: no library can be loaded into it")]
    [InlineData(nameof(PreloadReason.OwnSystemCalls), "the program is made with Go and makes its system calls itself")]
    [InlineData(nameof(PreloadReason.SetIdentity), "the program is set-uid or set-gid or has file capabilities")]
    public void Of_LibraryThatSaysNothing_SaysWhy(string reason, string start) =>
        Assert.StartsWith(start, Assert.Single(Of(Ready with { Silence = Enum.Parse<PreloadReason>(reason) })), StringComparison.Ordinal);

    private static string[] Of(WorkerSnapshot worker, params PortHolder[] holders) =>
        [.. BindCauses.Of(worker, holders, uid => $"u{uid}", pid => pid == 7 ? "db@3" : null)];

    private static BindOutcome Outcome(string result, bool matched, int port = Port) => new(
        OutcomeKind.Bind, 100,
        new SocketOutcome(3, 7, "inet", "stream", "127.0.0.1", port, matched, OptionSetting.Set, OptionSetting.System, null, null), result, "");
}
