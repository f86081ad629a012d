using Reuseportd.Linux;

namespace Reuseportd.Api;

/// <summary>What a client may do.</summary>
internal enum Access
{
    None,

    /// <summary>See, and change nothing.</summary>
    Read,
    Change,
}

/// <summary>Who may do what; pure.</summary>
/// <param name="Own">The user that the daemon runs as.</param>
/// <param name="Group">Members may change things; null where there is no such group.</param>
/// <param name="ReadGroup">Members may look; null where there is no such group.</param>
internal sealed record AccessRule(uint Own, uint? Group, uint? ReadGroup)
{
    private const uint Root = 0;

    /// <summary>Of <see cref="Group"/>, for people.</summary>
    public string GroupName { get; init; } = "reuseportd";

    public Access Of(Peer peer)
    {
        if (peer.Uid == Root || peer.Uid == Own || (Group is { } group && peer.IsIn(group))) return Access.Change;
        return ReadGroup is { } readers && peer.IsIn(readers) ? Access.Read : Access.None;
    }

    /// <summary>Why somebody is refused, and what helps.</summary>
    public string Refusal(Peer peer, Access access)
    {
        var what = access == Access.Read ? "may look at this reuseportd, and not change anything" : "may not use this reuseportd";
        var help = Own != Root
            ? $"it belongs to user {Own}: become that user, or root"
            : Group is null
                ? "become root (sudo reuseportctl ...)"
                : $"become root (sudo reuseportctl ...), or have root add you to the group '{GroupName}' (usermod -aG {GroupName} NAME) and log in anew";
        return $"user {peer.Uid} {what}; {help}";
    }
}
