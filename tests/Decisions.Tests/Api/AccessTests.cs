using Reuseportd.Api.Http;
using Reuseportd.Linux.Sockets;

namespace Decisions.Tests.Api;

public sealed class AccessTests
{
    private static readonly AccessRule System = new(Own: 0, Group: 990, ReadGroup: 991);
    private static readonly AccessRule OfAlice = new(Own: 1000, Group: null, ReadGroup: null);

    public static TheoryData<bool, uint, uint, uint[], string> Table => new()
    {
        // the system's daemon (else Alice's), user, group, other groups, access
        { true, 0, 0, [], "Change" },
        { true, 1000, 1000, [], "None" },
        { true, 1000, 1000, [27, 990], "Change" },
        { true, 1000, 990, [], "Change" },
        { true, 1000, 1000, [991], "Read" },
        { true, 1000, 991, [990], "Change" },
        { true, 65534, 65534, [0], "None" },
        { false, 0, 0, [], "Change" },
        { false, 1000, 1000, [], "Change" },
        { false, 1001, 1000, [1000, 990, 991], "None" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Of_UserAndGroups_IsTheAccessOfTheRule(bool ofSystem, uint user, uint group, uint[] groups, string access) =>
        Assert.Equal(access, (ofSystem ? System : OfAlice).Of(new Peer(7, user, group, [.. groups])).ToString());

    private static readonly Peer Alice = new(7, 1000, 1000, []);

    /// <summary>The groups of socket_group and socket_read_only_group.</summary>
    private static readonly AccessRule OfOps = System with { GroupName = "ops", ReadGroupName = "watchers" };

    private static readonly Dictionary<string, string[]> Refusals = new()
    {
        ["system daemon"] = Refusal(System, Alice, Access.None),
        ["daemon of another user"] = Refusal(OfAlice, Alice with { Uid = 1001 }, Access.None),
        ["no group"] = Refusal(new AccessRule(0, null, null), Alice, Access.None),
        ["other groups"] = Refusal(OfOps, Alice, Access.None),
        ["a change by a reader"] = Refusal(OfOps, Alice, Access.Read),
        ["read-only group alone"] = Refusal(OfOps with { Group = null }, Alice, Access.None),
    };

    [Fact]
    public void Refusal_EachCase_HasTheSentenceOfTheGoldenFile() => Sentences.ExpectGolden("Api/Golden/refusals.txt", Refusals);

    [Theory]
    [InlineData("system daemon", "u1000", "usermod -aG reuseportd")]
    [InlineData("daemon of another user", "u1001", "u1000")]
    [InlineData("no group", "u1000", "sudo")]
    [InlineData("other groups", "u1000", "usermod -aG ops", "usermod -aG watchers")]
    [InlineData("a change by a reader", "u1000", "usermod -aG ops")]
    [InlineData("read-only group alone", "u1000", "usermod -aG watchers")]
    public void Refusal_EachCase_NamesTheUserAndTheGroups(string name, params string[] facts) =>
        Sentences.AssertNames(Refusals[name], facts);

    private static string[] Refusal(AccessRule rule, Peer peer, Access access) => [rule.Refusal(peer, access, uid => $"u{uid}")];
}
