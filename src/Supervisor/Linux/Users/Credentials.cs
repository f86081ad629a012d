namespace Reuseportd.Linux.Users;

/// <summary>Whom a process runs as, and whether what it executes may gain rights.</summary>
/// <param name="NoNewPrivileges">
/// Set-uid and set-gid programs run as the one who executes them (PR_SET_NO_NEW_PRIVS of prctl(2)).
/// </param>
internal sealed record Credentials(Identity Identity, bool NoNewPrivileges);
