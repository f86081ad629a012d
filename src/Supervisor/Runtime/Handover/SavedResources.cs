using Reuseportd.Linux.Files;

namespace Reuseportd.Runtime.Handover;

/// <summary>What the daemon itself holds.</summary>
/// <param name="Guard">The socket of the guard; null without a guard.</param>
/// <param name="Listener">The control socket.</param>
/// <param name="LockFile">The lock beside the control socket.</param>
/// <param name="SoftDescriptors">RLIMIT_NOFILE before the daemon raised it; null if it did not.</param>
/// <param name="Sharding">
/// The BPF programs and maps of Native/Sharding, in the order of their structure; null without them.
/// </param>
internal sealed record SavedResources(
    int? Guard, int Listener, int LockFile, ulong? SoftDescriptors, ulong? HardDescriptors, int[]? Sharding)
{
    /// <summary>The sockets of <c>listen</c> and <c>agent_check</c>.</summary>
    public SavedListener[] Listeners
    {
        // A state of an earlier version has none.
        get => field ?? [];
        init;
    }

    /// <summary>Names the descriptors that the service manager stores for the daemon; null without a guard.</summary>
    public int? StoredAs { get; init; }

    /// <summary>The calls that are being answered (<see cref="Linux.Seccomp.CallRecords"/>); null without such a file.</summary>
    public DescriptorIdentity? Calls { get; init; }

    /// <summary>The newest events and output; null if the daemon did not end in order.</summary>
    public DescriptorIdentity? Rings { get; init; }
}
