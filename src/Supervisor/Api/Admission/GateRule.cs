namespace Reuseportd.Api.Admission;

/// <summary>What becomes of a connection that comes.</summary>
internal enum Entry
{
    Enter,

    /// <summary>It enters, and one of the same user on which nothing is under way goes.</summary>
    ForOneOfItsUser,

    /// <summary>It enters, and one of the user who has the most of them idle goes.</summary>
    ForOneOfTheIdlest,

    Refused,
}

/// <summary>The connections of one user.</summary>
/// <param name="Open">Without those that were turned away and are about to end; the one that comes is among them.</param>
/// <param name="Idle">Of these, on which no request is under way; the one that comes is not.</param>
/// <param name="Leaving">Turned away, and their end is still to come.</param>
internal readonly record struct LaneLoad(int Open, int Idle, int Leaving);

/// <summary>
/// Who is let in, and who goes for it; pure. Only an idle connection ever goes. As each user has a share, and who has the most of
/// all goes first, idle connections lock out neither others nor their own user. Root and the daemon's own user share with nobody.
/// </summary>
/// <param name="MostOfOne">Of one user.</param>
/// <param name="MostOfAll">Of all users together who share.</param>
internal sealed record GateRule(int MostOfOne, int MostOfAll)
{
    /// <summary>
    /// All of a user's may have been idle and have to leave at one time, and their end takes as long as the server has other work.
    /// </summary>
    private const int LeavingForEach = 2;

    /// <param name="own">Of the user whose connection comes.</param>
    /// <param name="all">Open ones of all users who share; 0 for one who does not.</param>
    /// <param name="idlest">Of the user who has the most of them idle, among those who share.</param>
    public Entry Of(LaneLoad own, int all, LaneLoad idlest)
    {
        if (own.Leaving > LeavingForEach * MostOfOne) return Entry.Refused;
        if (own.Open > MostOfOne) return own.Idle > 0 ? Entry.ForOneOfItsUser : Entry.Refused;
        if (all <= MostOfAll) return Entry.Enter;
        return idlest.Idle > 0 ? Entry.ForOneOfTheIdlest : Entry.Refused;
    }
}
