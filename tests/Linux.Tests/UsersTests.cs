using Linux.Tests.Harness;

namespace Linux.Tests;

public sealed class UsersTests
{
    [Theory]
    [InlineData("root")]
    [InlineData("0")]
    public void Resolve_NameOrNumber_IsTheAccount(string user)
    {
        var account = Assert.IsType<Account>(UserDatabase.Resolve(user, null, out var error));

        Assert.Null(error);
        Assert.Equal(("root", 0u, 0u, "/root"), (account.Name, account.Identity.Uid, account.Identity.Gid, account.Home));
        Assert.Contains(0u, account.Identity.Groups);
    }

    [Fact]
    public void Resolve_GroupGiven_ReplacesThePrimaryOne()
    {
        var account = Assert.IsType<Account>(UserDatabase.Resolve("daemon", "games", out _));
        var games = Assert.NotNull(UserDatabase.GroupNumber("games", out _));

        Assert.Equal(games, account.Identity.Gid);
        Assert.Contains(games, account.Identity.Groups);
    }

    [Fact]
    public void Resolve_UnknownNames_NamesThem()
    {
        Assert.Null(UserDatabase.Resolve("no-such-user", null, out var error));
        Assert.Equal("user 'no-such-user' does not exist", error);
        Assert.Null(UserDatabase.Resolve("root", "no-such-group", out error));
        Assert.Equal("group 'no-such-group' does not exist", error);
    }

    [Fact]
    public void Resolve_NumberWithoutEntry_NeedsAGroup()
    {
        Assert.Null(UserDatabase.Resolve("3999999999", null, out var error));
        Assert.Contains("3999999999", error, StringComparison.Ordinal);

        var account = Assert.IsType<Account>(UserDatabase.Resolve("3999999999", "3999999998", out _));
        Assert.Equal((3999999999u, 3999999998u), (account.Identity.Uid, account.Identity.Gid));
        Assert.Equal([3999999998u], account.Identity.Groups);
    }

    [Theory]
    [InlineData("4294967295")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("+5")]
    public void Resolve_InvalidNumbers_AreRefused(string user)
    {
        Assert.Null(UserDatabase.Resolve(user, "0", out _));
        Assert.Null(UserDatabase.Resolve("root", user, out _));
    }

    [Fact]
    public void Resolve_NoUserOrGroup_IsTheAccountOfTheDaemon()
    {
        var account = Assert.IsType<Account>(UserDatabase.Resolve(null, null, out _));

        Assert.Equal((UserDatabase.EffectiveUser, UserDatabase.EffectiveGroup), (account.Identity.Uid, account.Identity.Gid));
    }

    [Fact]
    public void Resolve_SupplementaryGroups_AreThoseOfTheSystem()
    {
        using var id = TestWorker.Start("/usr/bin/id", "-G", "root");
        var expected = id.Out!.ReadLine()!.Split(' ').Select(uint.Parse).Order();

        Assert.Equal(expected, UserDatabase.Resolve("root", null, out _)!.Identity.Groups.Order());
    }

    [Fact]
    public void WithGroups_NamesAndNumbers_TakeThePlaceOfTheUsersOwn()
    {
        var account = UserDatabase.Resolve("root", null, out _)!;

        Assert.Equal([1u, 4242u], UserDatabase.WithGroups(account, ["daemon", "4242"], out var error)!.Identity.Groups);
        Assert.Empty(UserDatabase.WithGroups(account, [], out _)!.Identity.Groups);
        Assert.Null(error);
    }

    [Fact]
    public void WithGroups_UnknownGroup_NamesIt()
    {
        Assert.Null(
            UserDatabase.WithGroups(UserDatabase.Resolve("root", null, out _)!, ["daemon", "no-such-group"], out var error));
        Assert.Contains("'no-such-group'", error, StringComparison.Ordinal);
    }
}
