namespace Reuseportd.Model;

/// <summary>Rights of a process beside those of its user and group.</summary>
/// <param name="SupplementaryGroups">
/// Names or numbers, in place of the user's own from the group database; null for those.
/// </param>
/// <param name="NoNewPrivileges">
/// Whether no exec may gain rights (prctl(2), PR_SET_NO_NEW_PRIVS); null: where the user or group is changed.
/// </param>
/// <param name="AmbientCapabilities">
/// Those that it and what it executes have, in the order of their numbers; null: none after a change of user, else as the
/// daemon has them.
/// </param>
internal sealed record PrivilegesSpec(
    ValueList<string>? SupplementaryGroups,
    bool? NoNewPrivileges,
    ValueList<Capability>? AmbientCapabilities)
{
    public static readonly PrivilegesSpec Default = new(null, null, null);
}
