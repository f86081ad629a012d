namespace Reuseportd.Model;

/// <summary>Privileges of a process beside its user and group.</summary>
/// <param name="SupplementaryGroups">
/// Names or numbers that replace the user's groups of the group database; null to keep these.
/// </param>
/// <param name="NoNewPrivileges">
/// True if no exec may gain privileges (prctl(2), PR_SET_NO_NEW_PRIVS). Null: true only if the user or group changes.
/// </param>
/// <param name="AmbientCapabilities">
/// Capabilities that the process and its children have, in the order of their numbers. Null: none after a change of user, else
/// the daemon's.
/// </param>
internal sealed record PrivilegesSpec(
    ValueList<string>? SupplementaryGroups,
    bool? NoNewPrivileges,
    ValueList<Capability>? AmbientCapabilities)
{
    public static readonly PrivilegesSpec Default = new(null, null, null);
}
