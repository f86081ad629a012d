namespace Reuseportd.Runtime.Processes;

/// <summary>A pipe of a process that an earlier program of this process has started.</summary>
/// <param name="Held">The bytes of the unfinished line that the earlier program has read.</param>
/// <param name="Continues">True if these bytes continue a line that was cut.</param>
/// <param name="LastLine">The newest finished line; null if there is none.</param>
internal sealed record AdoptedPipe(int Number, bool IsStderr, byte[] Held, bool Continues, byte[]? LastLine);
