using Reuseportd.Model;

namespace Reuseportd.Linux.Users;

/// <summary>Whom a process runs as.</summary>
/// <param name="Groups">Supplementary groups, the primary one among them or not.</param>
internal sealed record Identity(uint Uid, uint Gid, ValueList<uint> Groups);
