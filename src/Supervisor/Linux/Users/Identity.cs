using Reuseportd.Model;

namespace Reuseportd.Linux.Users;

/// <summary>The user and groups of a process.</summary>
/// <param name="Groups">Supplementary groups, with or without the primary one.</param>
internal sealed record Identity(uint Uid, uint Gid, ValueList<uint> Groups);
