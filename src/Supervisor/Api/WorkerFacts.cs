using System.Globalization;
using Reuseportd.Api.Contract;
using Reuseportd.Linux;
using Reuseportd.Runtime;

namespace Reuseportd.Api;

/// <summary>What the kernel says of workers when somebody asks; on the asker's thread, not the loop's.</summary>
internal sealed class WorkerFacts(TimeProvider time)
{
    /// <summary>Who has a port is looked for in all processes: once for many who ask.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    private Seen? _seen;

    /// <summary>In plain words, why workers do not serve.</summary>
    public IReadOnlyList<BindCause> Causes(FleetSnapshot fleet)
    {
        var ports = fleet.Workers.Select(BindCauses.Taken).Where(taken => taken is not null).Select(taken => taken!.Port).ToHashSet();
        var holders = ports.Count == 0 ? [] : Holders(ports);
        var names = new Dictionary<uint, string>();
        var workers = ports.Count == 0 ? [] : fleet.Workers.Where(worker => worker.Pid is not null).ToDictionary(worker => worker.Pid!.Value, worker => worker.Name.ToString());
        return
        [
            .. fleet.Workers.SelectMany(worker => BindCauses.Of(worker, holders, NameOf, pid => workers.GetValueOrDefault(pid))
                .Select(text => new BindCause(worker.Name.ToString(), text))),
        ];

        string NameOf(uint uid)
        {
            if (!names.TryGetValue(uid, out var name))
                names[uid] = name = Users.Resolve(uid.ToString(CultureInfo.InvariantCulture), group: null, out _)?.Name ?? uid.ToString(CultureInfo.InvariantCulture);
            return name;
        }
    }

    /// <summary>Adds what the processes use, and why they do not serve.</summary>
    public StatusDocument AddTo(StatusDocument status, FleetSnapshot fleet)
    {
        var causes = Causes(fleet).ToLookup(cause => cause.Worker, cause => cause.Text);
        return status with { Workers = [.. status.Workers.Select(worker => WithCauses(WithUsage(worker), causes[worker.Name]))] };
    }

    private static WorkerStatus WithCauses(WorkerStatus worker, IEnumerable<string> causes) => causes.Any()
        ? worker with { Detail = string.Join("; ", [.. worker.Detail is { } detail ? [detail] : Array.Empty<string>(), .. causes]) }
        : worker;

    private static WorkerStatus WithUsage(WorkerStatus worker)
    {
        // Its number may be another's by now, which is no child of this process then.
        if (worker.Pid is not { } pid || ProcessEntry.Of(pid) is not { } entry || entry.Parent != Environment.ProcessId) return worker;
        var seconds = entry.CpuTicks / ProcessEntry.TicksInASecond;
        return worker with
        {
            CpuSeconds = seconds,
            CpuPercent = worker.Uptime is > 0 and var uptime ? Math.Round(100 * seconds / uptime, 1) : 0,
            Memory = (long)entry.ResidentPages * Environment.SystemPageSize,
        };
    }

    private IReadOnlyList<PortHolder> Holders(HashSet<int> ports)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _seen);
            if (seen is not null && time.GetElapsedTime(seen.At) < Remembered && seen.Ports.IsSupersetOf(ports))
                return seen.Holders.Value;
            // Who comes while it is looked for waits for that, and looks for nothing.
            Interlocked.CompareExchange(ref _seen, new Seen(time.GetTimestamp(), ports, new(() => PortHolder.Of(ports))), seen);
        }
    }

    private sealed record Seen(long At, HashSet<int> Ports, Lazy<IReadOnlyList<PortHolder>> Holders);
}
