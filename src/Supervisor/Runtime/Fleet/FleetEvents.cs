using System.Diagnostics.CodeAnalysis;

namespace Reuseportd.Runtime.Fleet;

/// <summary>The queue of events between the parts of the loop. Only the loop's thread uses it.</summary>
internal sealed class FleetEvents
{
    private readonly Queue<FleetEvent> _queue = new();

    public bool IsEmpty => _queue.Count == 0;

    public void Add(FleetEvent happened) => _queue.Enqueue(happened);

    public bool TryTake([NotNullWhen(true)] out FleetEvent? happened) => _queue.TryDequeue(out happened);
}
