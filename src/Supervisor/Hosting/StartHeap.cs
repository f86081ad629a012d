using System.Runtime;

namespace Reuseportd.Hosting;

/// <summary>
/// The managed heap during the start of the daemon. A collection stops all threads and finds little, because nearly all that a
/// start allocates stays in use. So there is none before the fleet has settled, within a bound.
/// </summary>
internal static class StartHeap
{
    /// <summary>
    /// Enough for 500 workers, which need 15 MiB. Each MiB prolongs the collection at the end: 12 ms for 16 MiB, as long as the
    /// loop may wait.
    /// </summary>
    private const long Size = 16 << 20;

    public static void Begin()
    {
        // A container may have little memory.
        var size = Math.Min(Size, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);
        try
        {
            GC.TryStartNoGCRegion(size, disallowFullBlockingGC: true);
        }
        catch (ArgumentOutOfRangeException)
        {
            // The limit of the heap is lower: the start is slower.
        }
    }

    /// <summary>
    /// Ends the time without collections and returns unused memory to the kernel. No effect if the time has ended by itself, as
    /// the daemon has allocated more.
    /// </summary>
    public static void End()
    {
        if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion) return;
        try
        {
            GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // Another thread has just allocated too much.
            return;
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
