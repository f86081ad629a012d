using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Binds;

/// <summary>Reports each method of a service once, with the reason.</summary>
internal sealed class MethodReports(IFailureListener failures)
{
    /// <summary>Reasons name paths, and a worker can execute any number of them. Further reasons are not reported.</summary>
    private const int Most = 4096;

    private readonly HashSet<(string Service, MethodChoice Method)> _reported = [];

    /// <summary>Must be called for each process that starts, and when its method changes.</summary>
    public void Tell(WorkerProcess process)
    {
        // After a rollback, the slot has another configuration than the process was started with.
        var (service, method) = (process.Slot.Name.Service, process.Method);
        if (_reported.Count < Most && _reported.Add((service, method)))
            failures.Tell(new FailureEvent.MethodUsed(service, method));
    }

    /// <summary>Forgets the reports of a service that was removed.</summary>
    public void Forget(string service) => _reported.RemoveWhere(reported => reported.Service == service);
}
