namespace Reuseportd.Runtime.Messages;

/// <summary>
/// A part of the loop that has file descriptors in a <see cref="DescriptorTable"/>. Its methods must not block.
/// </summary>
internal interface IDescriptorOwner
{
    /// <summary>Handles the descriptor that was added with this token: it is ready.</summary>
    void Wake(ulong token);
}
