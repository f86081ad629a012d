using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

public sealed class PortCoverageTests
{
    private static readonly PortFilter Mixed = new([new PortRange(53, 53), new PortRange(8080, 8080), new PortRange(9000, 9010)]);

    [Theory]
    [InlineData(new int[0], "53,8080,9000-9010")]
    [InlineData(new[] { 53 }, "8080,9000-9010")]
    [InlineData(new[] { 9004, 9005 }, "53,8080")]
    [InlineData(new[] { 53, 8080, 9010 }, "")]
    [InlineData(new[] { 443 }, "53,8080,9000-9010")]
    public void With_Ports_OtherPortsAreMissing(int[] ports, string missing)
    {
        var coverage = ports.Aggregate(PortCoverage.None(Mixed), (served, port) => served.With(port));
        Assert.Equal(missing, coverage.Missing);
        Assert.Equal(missing.Length == 0, coverage.IsWhole);
    }

    [Fact]
    public void With_AnyPort_OneSocketIsEnough()
    {
        var none = PortCoverage.None(PortFilter.Any);
        Assert.Equal("any", none.Missing);
        Assert.False(none.IsWhole);
        Assert.True(none.With(4711).IsWhole);
    }

    [Theory]
    [InlineData("Listen", "stream", true, "ok", 8080)]
    [InlineData("Bind", "stream", true, "ok", null)]
    [InlineData("Bind", "dgram", true, "ok", 8080)]
    [InlineData("Listen", "stream", false, "ok", null)]
    [InlineData("Listen", "stream", true, "EADDRINUSE", null)]
    [InlineData("Bind", "dgram", true, "EACCES", null)]
    public void ServedPort_Outcome_CountsOnlySocketsThatServe(string kind, string type, bool matched, string result, int? port)
    {
        var socket = new SocketOutcome(
            3, 1, "inet", type, "0.0.0.0", 8080, matched, OptionSetting.Set, OptionSetting.System, null, null);
        var outcome = new BindOutcome(Enum.Parse<OutcomeKind>(kind), 1, socket, result, "");
        Assert.Equal(port, PortCoverage.ServedPort(outcome));
    }
}
