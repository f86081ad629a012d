namespace Reuseportd.Linux.Users;

/// <summary>The user and groups of a process, and whether its exec may gain privileges.</summary>
/// <param name="NoNewPrivileges">
/// Set-uid and set-gid programs run with the ids of the caller (PR_SET_NO_NEW_PRIVS of prctl(2)).
/// </param>
internal sealed record Credentials(Identity Identity, bool NoNewPrivileges);
