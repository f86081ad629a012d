using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Binds;

/// <summary>Reports each method of a service once, with the reason.</summary>
internal sealed class MethodReports(IFailureListener failures)
{
    /// <summary>Reasons name paths, and a worker can execute any number of them. Further reasons are not reported.</summary>
    private const int Most = 4096;

    private readonly HashSet<(string Service, ShardingMethod Wanted, MethodChoice Method)> _reported = [];

    /// <summary>Must be called for each process that starts, and when its method changes.</summary>
    public void Tell(WorkerProcess process)
    {
        var (service, wanted) = (process.Slot.Name.Service, process.Slot.Spec.Process.Reuseport.Method);
        if (_reported.Count < Most && _reported.Add((service, wanted, process.Method)))
            failures.Tell(new FailureEvent.MethodUsed(service, wanted, process.Method));
    }

    /// <summary>Forgets the reports of a service that was removed.</summary>
    public void Forget(string service) => _reported.RemoveWhere(reported => reported.Service == service);
}
