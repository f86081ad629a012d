using Reuseportd.Linux.Sockets;

namespace Reuseportd.Api.Http;

/// <summary>The rights of a client.</summary>
internal enum Access
{
    None,

    /// <summary>To look at the fleet, and to change nothing.</summary>
    Read,
    Change,
}

/// <summary>Decides the rights of users; pure.</summary>
/// <param name="Own">The daemon's user.</param>
/// <param name="Group">Its members have <see cref="Access.Change"/>; null without such a group.</param>
/// <param name="ReadGroup">Its members have <see cref="Access.Read"/>; null without such a group.</param>
internal sealed record AccessRule(uint Own, uint? Group, uint? ReadGroup)
{
    private const uint Root = 0;

    /// <summary>Name of <see cref="Group"/>.</summary>
    public string GroupName { get; init; } = "reuseportd";

    /// <summary>Name of <see cref="ReadGroup"/>.</summary>
    public string? ReadGroupName { get; init; }

    public Access Of(Peer peer)
    {
        if (peer.Uid == Root || peer.Uid == Own || (Group is { } group && peer.IsIn(group))) return Access.Change;
        return ReadGroup is { } readers && peer.IsIn(readers) ? Access.Read : Access.None;
    }

    /// <summary>The reason why the daemon refuses a request, and the remedy.</summary>
    /// <param name="nameOf">A user by number, as people read it: <c>root (0)</c>.</param>
    public string Refusal(Peer peer, Access access, Func<uint, string> nameOf)
    {
        var what = access == Access.Read ? "may look at this reuseportd, and not change anything" : "may not use this reuseportd";
        var help = Own != Root
            ? $"it belongs to user {nameOf(Own)}: use sudo, or run reuseportctl as that user"
            : $"use sudo{Groups(access)}";
        return $"user {nameOf(peer.Uid)} {what}; {help}";
    }

    private string Groups(Access access)
    {
        // A user with read access is a member of the read group already.
        var readers = access == Access.None && ReadGroupName is { } name
            ? $"'{name}' to look only (usermod -aG {name} NAME)"
            : null;
        var members = Group is null ? null : $"'{GroupName}' (usermod -aG {GroupName} NAME)";
        var groups = string.Join(", or to ", new[] { members, readers }.OfType<string>());
        return groups.Length == 0 ? "" : $", or ask root to add you to the group {groups} and log in again";
    }
}
