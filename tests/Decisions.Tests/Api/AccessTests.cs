using Reuseportd.Api.Http;
using Reuseportd.Linux.Sockets;

namespace Decisions.Tests.Api;

public sealed class AccessTests
{
    private static readonly AccessRule System = new(Own: 0, Group: 990, ReadGroup: 991);
    private static readonly AccessRule OfAlice = new(Own: 1000, Group: null, ReadGroup: null);

    public static TheoryData<bool, uint, uint, uint[], string> Table => new()
    {
        // the system's daemon (else Alice's), user, group, other groups, what they may
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
    public void Of_UserAndGroups_AsTheRuleSays(bool ofSystem, uint user, uint group, uint[] groups, string access) =>
        Assert.Equal(access, (ofSystem ? System : OfAlice).Of(new Peer(7, user, group, [.. groups])).ToString());

    [Fact]
    public void Refusal_OfEachKind_SaysWhatHelps()
    {
        var peer = new Peer(7, 1000, 1000, []);
        Assert.Equal(
            "user u1000 may not use this reuseportd; become root (sudo reuseportctl ...), or have root add you to the group 'reuseportd' "
            + "(usermod -aG reuseportd NAME), and log in anew",
            Refusal(System, peer, Access.None));
        Assert.Equal("user u1001 may not use this reuseportd; it belongs to user u1000: become that user, or root", Refusal(OfAlice, peer with { Uid = 1001 }, Access.None));
        Assert.Equal("user u1000 may not use this reuseportd; become root (sudo reuseportctl ...)", Refusal(new AccessRule(0, null, null), peer, Access.None));
    }

    /// <summary>As socket_group and socket_read_only_group name them.</summary>
    [Fact]
    public void Refusal_WhereTheGroupsAreOthers_NamesThose()
    {
        var (peer, rule) = (new Peer(7, 1000, 1000, []), System with { GroupName = "ops", ReadGroupName = "watchers" });
        const string ops = "become root (sudo reuseportctl ...), or have root add you to the group 'ops' (usermod -aG ops NAME)";
        Assert.Equal(
            $"user u1000 may not use this reuseportd; {ops}, or to 'watchers' to look only (usermod -aG watchers NAME), and log in anew",
            Refusal(rule, peer, Access.None));
        Assert.Equal($"user u1000 may look at this reuseportd, and not change anything; {ops}, and log in anew", Refusal(rule, peer, Access.Read));
        Assert.Equal(
            "user u1000 may not use this reuseportd; become root (sudo reuseportctl ...), or have root add you to the group 'watchers' to look only "
            + "(usermod -aG watchers NAME), and log in anew",
            Refusal(rule with { Group = null }, peer, Access.None));
    }

    private static string Refusal(AccessRule rule, Peer peer, Access access) => rule.Refusal(peer, access, uid => $"u{uid}");
}
