using Reuseportd.Configuration.Reading;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Handover;

namespace Reuseportd.Hosting;

/// <summary>The configuration that the daemon starts with.</summary>
/// <param name="Path">Its file or folder, absolute.</param>
/// <param name="Controllers">The cgroup controllers that validate its limits.</param>
internal sealed record InitialFleet(string Path, FleetSpec Fleet, ControllerOffer Controllers)
{
    /// <summary>The reason why the kernel method cannot be used; null if it can.</summary>
    public string? NoKernelMethod { get; init; }

    /// <summary>The fleet of an earlier daemon; null for none.</summary>
    public Inheritance? Inheritance { get; init; }

    /// <summary>Names of descriptors that the service manager has stored for that daemon.</summary>
    public IReadOnlyList<string> StoredNames { get; init; } = [];

    /// <summary>RLIMIT_NOFILE before the daemon raised it; null if it did not.</summary>
    public LimitPair? Limit { get; init; }

    /// <summary>The origin of the loop's clock, see <see cref="SavedDaemon.Clock"/>.</summary>
    public long Clock { get; init; }

    /// <summary>See <see cref="SavedDaemon.Started"/>.</summary>
    public double Started { get; init; }

    /// <summary>The guard of that daemon; null for none.</summary>
    public FormerGuard? FormerGuard { get; init; }
}
