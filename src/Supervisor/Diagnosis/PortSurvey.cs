using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Asks the kernel for the holders of ports, on the caller's thread. Callers within a second share the result.</summary>
internal sealed class PortSurvey(TimeProvider time)
{
    /// <summary>The validity of a result. A search reads the descriptors of all processes.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    /// <summary>The validity of a result without a holder. A process may bind the port at any moment.</summary>
    private static readonly TimeSpan RememberedWithoutHolder = TimeSpan.FromMilliseconds(100);

    private Result? _newest;

    /// <param name="all">The whole fleet.</param>
    /// <param name="workers">The workers with failed binds to explain.</param>
    public PortFacts For(FleetSnapshot all, IReadOnlyCollection<WorkerSnapshot> workers)
    {
        var ports = workers.Concat(workers.Select(worker => worker.Attempt?.Process).OfType<WorkerSnapshot>())
            .Select(TakenPort.Of).Where(taken => taken is not null).Select(taken => taken!.Port).ToHashSet();
        var names = new Dictionary<uint, string>();
        var serving = new Lazy<List<SocketRecord>>(SockDiag.Serving);
        var options = new Dictionary<int, bool>();
        return new PortFacts(ports.Count == 0 ? [] : Holders(ports), all, NameOf, HasOption, LocalAddress.IsLocal)
        {
            CanGiveLowPorts = (Capabilities.Permitted() & Capability.NetBindService.Bit) != 0,
        };

        // Each worker of a service without the library asks for all workers of that service.
        bool HasOption(WorkerSnapshot worker)
        {
            var pid = worker.Pid!.Value;
            if (!options.TryGetValue(pid, out var has))
                options[pid] = has = ReusePortOption.IsSetOnAll(pid, worker.Ports, serving.Value);
            return has;
        }

        string NameOf(uint user)
        {
            if (!names.TryGetValue(user, out var name)) names[user] = name = UserDatabase.Described(user);
            return name;
        }
    }

    private IReadOnlyList<PortHolder> Holders(HashSet<int> ports)
    {
        while (true)
        {
            var newest = Volatile.Read(ref _newest);
            if (newest is not null && newest.Ports.IsSupersetOf(ports) && IsCurrent(newest, ports)) return newest.Holders.Value;
            // The first caller searches; the others wait for its result.
            var next = new Result(time.GetTimestamp(), ports, new(() => PortHolder.On(ports)));
            Interlocked.CompareExchange(ref _newest, next, newest);
        }
    }

    private bool IsCurrent(Result result, HashSet<int> ports)
    {
        var age = time.GetElapsedTime(result.At);
        return age < Remembered
               && result.Holders.Value.All(holder => holder.IsThere)
               && (age < RememberedWithoutHolder || ports.IsSubsetOf(result.Holders.Value.Select(holder => holder.Port)));
    }

    private sealed record Result(long At, HashSet<int> Ports, Lazy<IReadOnlyList<PortHolder>> Holders);
}
