namespace Reuseportd.Linux.Users;

/// <summary>A user of the user database.</summary>
/// <param name="Name">Null for a number without an entry.</param>
/// <param name="Home">Null for a number without an entry.</param>
/// <param name="Shell">Null for a number without an entry.</param>
internal sealed record Account(string? Name, Identity Identity, string? Home, string? Shell);
