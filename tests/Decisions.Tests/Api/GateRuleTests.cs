using Reuseportd.Api.Admission;

namespace Decisions.Tests.Api;

public sealed class GateRuleTests
{
    private static readonly GateRule Rule = new(MostOfOne: 4, MostOfAll: 6);

    public static TheoryData<int, int, int, int, string> Table => new()
    {
        // of the user: open including the new connection, idle; open of all users; idle of the idlest user; result
        { 1, 0, 0, 0, "Enter" },
        { 4, 3, 0, 0, "Enter" },
        { 4, 0, 6, 0, "Enter" },
        // the user's own share is full
        { 5, 4, 0, 0, "ForOneOfItsUser" },
        { 5, 1, 5, 1, "ForOneOfItsUser" },
        { 5, 0, 0, 0, "Refused" },
        { 5, 0, 5, 4, "Refused" },
        // the share of all users is full
        { 1, 0, 7, 4, "ForOneOfTheIdlest" },
        { 3, 2, 7, 2, "ForOneOfTheIdlest" },
        { 1, 0, 7, 0, "Refused" },
        // both limits are reached: the user with too many connections loses an idle connection
        { 5, 2, 7, 4, "ForOneOfItsUser" },
        { 5, 0, 7, 4, "Refused" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Decide_EachLoad_HasTheResultOfTheTable(int open, int idle, int all, int idlest, string entry) =>
        Assert.Equal(entry, Rule.Decide(new UserLoad(open, idle, 0), all, new UserLoad(idlest, idlest, 0)).ToString());

    [Theory]
    [InlineData(8, "Enter")]
    [InlineData(9, "Refused")]
    public void Decide_ClosingConnections_CountUntilTheirEnd(int leaving, string entry) =>
        Assert.Equal(entry, Rule.Decide(new UserLoad(1, 0, leaving), 1, default).ToString());

    /// <summary>
    /// A connection with a request in progress is never closed, even if other users hold many connections. A user without a
    /// connection gets one while any connection is idle.
    /// </summary>
    [Fact]
    public void Decide_AnyLoad_ClosesIdleConnectionsOnly()
    {
        foreach (var open in Enumerable.Range(1, 6))
        foreach (var idle in Enumerable.Range(0, open))
        foreach (var all in Enumerable.Range(open, 9))
        foreach (var idlest in Enumerable.Range(idle, 8))
        {
            var entry = Rule.Decide(new UserLoad(open, idle, 0), all, new UserLoad(idlest, idlest, 0));
            if (entry == Entry.ForOneOfItsUser) Assert.True(idle > 0);
            if (entry == Entry.ForOneOfTheIdlest) Assert.True(idlest > 0);
            if (open == 1 && idlest > 0) Assert.NotEqual(Entry.Refused, entry);
        }
    }
}
