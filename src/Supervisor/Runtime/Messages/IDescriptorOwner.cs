namespace Reuseportd.Runtime.Messages;

/// <summary>A part of the loop that has file descriptors in a <see cref="DescriptorTable"/>. Must not block.</summary>
internal interface IDescriptorOwner
{
    /// <summary>The descriptor that was added with this token is ready.</summary>
    void Wake(ulong token);
}
