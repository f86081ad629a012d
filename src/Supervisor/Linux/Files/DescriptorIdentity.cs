using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Files;

/// <summary>A descriptor by its number, with the inode of its file: another file may get the number later.</summary>
internal sealed record DescriptorIdentity(int Number, ulong Inode)
{
    public static DescriptorIdentity Of(Descriptor descriptor) =>
        new(descriptor.Number, FileEntry.Read(descriptor, out _)?.Identity.Inode ?? 0);

    /// <summary>True if this descriptor has the same file. Its number may differ.</summary>
    public bool IsFileOf(Descriptor descriptor) =>
        FileEntry.Read(descriptor, out _) is { Identity.Inode: var inode } && inode == Inode;
}
