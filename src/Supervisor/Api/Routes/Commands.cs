using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;

namespace Reuseportd.Api.Routes;

/// <summary>Handlers of requests that change workers.</summary>
internal sealed class Commands(IFleetControl control, WorkerDetails details, CancellationToken stopping)
{
    private const int MostWorkers = 10_000;

    private static readonly TimeSpan ReexecPatience = TimeSpan.FromSeconds(30);

    public Func<HttpContext, Task> For(FleetCommand command) => async context =>
    {
        var request = await Requests.BodyAsync(context, ContractJson.Default.CommandRequest);
        await AnswerAsync(context, command, Requests.Names(request.Names), request.Wait, request.Timeout);
    };

    public async Task SignalAsync(HttpContext context)
    {
        var request = await Requests.BodyAsync(context, ContractJson.Default.SignalRequest);
        if (request.Signal is not { Length: <= 16 } || Signal.TryParse(request.Signal) is not { } signal)
            throw Problem.Invalid("'signal' accepts the name or number of a signal, such as HUP, SIGUSR1 or RTMIN+3");
        await AnswerAsync(context, new FleetCommand.Send(signal), Requests.Names(request.Names), wait: false, seconds: null);
    }

    public async Task ScaleAsync(HttpContext context)
    {
        var name = Name(context);
        var request = await Requests.BodyAsync(context, ContractJson.Default.ScaleRequest);
        if (request.Workers is not (>= 0 and <= MostWorkers and var workers))
            throw Problem.Invalid($"'workers' accepts 0 to {MostWorkers}");
        var snapshot = await control.SnapshotAsync(context.RequestAborted);
        if (!snapshot.Services.Any(service => service.Spec.Name == name)) throw Problem.NoSuchName([name]);
        await AnswerAsync(context, new FleetCommand.Scale(workers), [new NamePattern(name)], request.Wait, request.Timeout);
    }

    public async Task DrainAsync(HttpContext context)
    {
        var request = await Requests.BodyAsync(context, ContractJson.Default.DrainRequest, new DrainRequest());
        var grace = Requests.Seconds("lb_grace", request.LbGrace) ?? FleetCommand.Drain.DefaultGrace;
        await AnswerAsync(context, new FleetCommand.Drain(grace), [], request.Wait, request.Timeout);
    }

    public async Task UndrainAsync(HttpContext context)
    {
        var request = await Requests.BodyAsync(context, ContractJson.Default.UndrainRequest, new UndrainRequest());
        await AnswerAsync(context, new FleetCommand.Undrain(), [], request.Wait, request.Timeout);
    }

    public async Task ApplyAsync(HttpContext context)
    {
        var request = await Requests.BodyAsync(context, ContractJson.Default.ApplyRequest, new ApplyRequest());
        var timeout = request.Wait == false ? TimeSpan.Zero : Requests.Timeout(request.Timeout);
        // A client that closes its connection does not stop the change.
        var result = await control.ApplyAsync(timeout, stopping);
        var status = result.Errors.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;
        var document = FleetDocuments.From(result);
        if (result.Done is { NotReady: { Count: > 0 } unready })
        {
            var failed = unready.Select(worker => (worker.Name, worker.LastWords));
            var all = await details.AfterLastOutputAsync(control, [.. failed], context.RequestAborted);
            document = details.AddTo(document, unready, all);
        }

        await Answers.WriteAsync(context, status, document, ContractJson.Default.ApplyDocument);
    }

    /// <summary>Answers before the new program takes over.</summary>
    public async Task ReexecAsync(HttpContext context)
    {
        var request = await Requests.BodyAsync(context, ContractJson.Default.ReexecRequest, new ReexecRequest());
        var timeout = Requests.Timeout(request.Timeout) ?? ReexecPatience;
        var snapshot = await control.SnapshotAsync(context.RequestAborted);
        var obstacle = await control.ReplaceAsync(timeout, stopping);
        var running = snapshot.Workers.Count(worker => worker.Pid is not null);
        var status = obstacle is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;
        await Answers.WriteAsync(context, status, new ReexecDocument(running, obstacle), ContractJson.Default.ReexecDocument);
    }

    /// <summary>The name of a service, in the path.</summary>
    public static string Name(HttpContext context) => context.Request.RouteValues["name"] as string ?? "";

    private async Task AnswerAsync(
        HttpContext context, FleetCommand command, ValueList<NamePattern> names, bool? wait, double? seconds)
    {
        var by = context.Features.Get<AdmittedConnection>()?.Peer?.ToString() ?? "an unknown client";
        var timeout = Requests.Timeout(seconds);
        var result = await control.CommandAsync(command, names, wait ?? false, timeout, by, context.RequestAborted);
        if (result.Unknown.Count > 0) throw Problem.NoSuchName(result.Unknown);
        var document = FleetDocuments.From(result);
        // A signal has no cause beyond its errno.
        if (command is not (FleetCommand.Send or FleetCommand.Reload) && document.Workers.Any(worker => !worker.Ok))
        {
            var failed = result.Workers.Where(worker => !worker.Ok).Select(worker => (worker.Name, worker.Facts?.LastWords));
            var all = await details.AfterLastOutputAsync(control, [.. failed], context.RequestAborted);
            document = details.AddTo(document, result, all);
        }

        await Answers.OkAsync(context, document, ContractJson.Default.CommandDocument);
    }
}
