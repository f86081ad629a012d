using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Api.Metrics;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Public;

/// <summary>Handler of <c>/v1/status</c> for clients that may not see the configuration.</summary>
internal sealed class StatusHandler(MetricsCollector collector, string version)
{
    public async Task ServeAsync(HttpContext context)
    {
        var names = Requests.Names(context);
        var facts = (await collector.CollectAsync(context.RequestAborted)).Facts;
        var chosen = Chosen.From(facts.Fleet, names);
        await Answers.OkAsync(
            context,
            Of(facts, chosen with
            {
                Workers = [.. chosen.Workers.Select(Discreet.Of)], Services = [.. chosen.Services.Select(Discreet.Of)],
            }),
            ContractJson.Default.StatusDocument);
    }

    private StatusDocument Of(MetricsFacts facts, FleetSnapshot fleet)
    {
        var document = FleetDocuments.From(fleet, version, facts.Shares.Counts);
        return document with
        {
            Steering = facts.Shares.Way,
            Pending = facts.IsPending,
            LoopDelay = Math.Round(facts.Fleet.LoopDelay.TotalSeconds, 6),
            Workers =
            [
                .. document.Workers.Zip(
                    fleet.Workers, (worker, one) => Of(worker, facts.Usage.GetValueOrDefault(one.Name))),
            ],
        };
    }

    private static WorkerStatus Of(WorkerStatus worker, WorkerUsage? usage) => worker with
    {
        CpuSeconds = usage?.CpuSeconds, Memory = usage?.Memory, Connections = usage?.Open, AcceptQueue = usage?.Queue,
        AcceptQueueLimit = usage?.QueueLimit,
    };
}
