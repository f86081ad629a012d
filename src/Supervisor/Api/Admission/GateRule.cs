namespace Reuseportd.Api.Admission;

/// <summary>The daemon's decision on a new connection.</summary>
internal enum Entry
{
    Enter,

    /// <summary>Admits it, and closes an idle connection of the same user.</summary>
    ForOneOfItsUser,

    /// <summary>Admits it, and closes an idle connection of the user with the most idle ones.</summary>
    ForOneOfTheIdlest,

    Refused,
}

/// <summary>The connections of one user.</summary>
/// <param name="Open">Open connections, with the new one and without those that the daemon closes.</param>
/// <param name="Idle">Open connections without a request, without the new one.</param>
/// <param name="Leaving">Connections that the daemon closes and that have not ended.</param>
internal readonly record struct UserLoad(int Open, int Idle, int Leaving);

/// <summary>
/// Decides which connections the daemon admits, and which idle connections it closes; pure. Each user has a share. The user with
/// the most idle connections loses one first, so idle connections do not keep other users out. The common limit does not apply
/// to root and to the daemon's own user.
/// </summary>
/// <param name="MostOfOne">Connections of one user.</param>
/// <param name="MostOfAll">Connections of all other users together.</param>
internal sealed record GateRule(int MostOfOne, int MostOfAll)
{
    /// <summary>The daemon may close all idle connections of a user at once, and a busy server ends them late.</summary>
    private const int LeavingForEach = 2;

    /// <param name="own">Of the user of the new connection.</param>
    /// <param name="all">Open connections of all users with the common limit; 0 for a user without it.</param>
    /// <param name="idlest">Of the user with the most idle connections, among those with the common limit.</param>
    public Entry Decide(UserLoad own, int all, UserLoad idlest)
    {
        if (own.Leaving > LeavingForEach * MostOfOne) return Entry.Refused;
        if (own.Open > MostOfOne) return own.Idle > 0 ? Entry.ForOneOfItsUser : Entry.Refused;
        if (all <= MostOfAll) return Entry.Enter;
        return idlest.Idle > 0 ? Entry.ForOneOfTheIdlest : Entry.Refused;
    }
}
