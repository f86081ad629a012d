using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Configuration.Writing;
using Reuseportd.Linux.Steering;

namespace Reuseportd.Api.Routes;

/// <summary>Handlers of requests that change nothing.</summary>
internal sealed class Queries(IFleetControl control, WorkerDetails details, string version)
{
    public async Task StatusAsync(HttpContext context)
    {
        var names = Requests.Names(context);
        var snapshot = await control.SnapshotAsync(context.RequestAborted);
        var chosen = Chosen.From(snapshot, names);
        var reading = await control.ReadAsync(anew: false, context.RequestAborted);
        var shared = await control.SharesAsync(context.RequestAborted);
        var document = FleetDocuments.From(chosen, version, shared.Counts) with
        {
            Steering = shared.Way,
            Pending = ConfigurationDiff.IsPending(snapshot.Services, reading.Fleet),
            TcpMigrateReq = MigrationSetting.Read(),
            LoopDelay = Math.Round(snapshot.LoopDelay.TotalSeconds, 6),
        };
        await Answers.OkAsync(context, details.AddTo(document, snapshot, chosen), ContractJson.Default.StatusDocument);
    }

    public async Task ServiceAsync(HttpContext context)
    {
        var name = Commands.Name(context);
        var snapshot = await control.SnapshotAsync(context.RequestAborted);
        var found = snapshot.Services.FirstOrDefault(service => service.Spec.Name == name) ?? throw Problem.NoSuchName([name]);
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(ServiceWriter.File(found.Spec), context.RequestAborted);
    }

    public async Task BindsAsync(HttpContext context)
    {
        var names = Requests.Names(context);
        var snapshot = await control.SnapshotAsync(context.RequestAborted);
        var chosen = Chosen.From(snapshot, names);
        var document = BindDocuments.From(chosen, details.Causes(snapshot, chosen));
        await Answers.OkAsync(context, document, ContractJson.Default.BindsDocument);
    }

    /// <summary>docs/openapi.json, which the build puts into the binary.</summary>
    public static async Task OpenApiAsync(HttpContext context)
    {
        await using var document = typeof(Queries).Assembly.GetManifestResourceStream("openapi.json")
                                   ?? throw new InvalidOperationException("the binary was built without its OpenAPI document");
        context.Response.ContentType = "application/json";
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    public async Task CheckAsync(HttpContext context)
    {
        var reading = await control.ReadAsync(anew: true, context.RequestAborted);
        var document = new CheckDocument(reading.Errors, reading.Warnings, reading.Files);
        await Answers.OkAsync(context, document, ContractJson.Default.CheckDocument);
    }

    public async Task DiffAsync(HttpContext context)
    {
        var snapshot = await control.SnapshotAsync(context.RequestAborted);
        var reading = await control.ReadAsync(anew: true, context.RequestAborted);
        var files = reading.Fleet?.Services;
        var changes = files is { } wanted ? ConfigurationDiff.Between(snapshot.Services, wanted) : [];
        var document = new DiffDocument(reading.Errors, reading.Warnings, changes)
        {
            Kept = files is { } same ? ConfigurationDiff.Kept(snapshot.Services, same) : [],
        };
        await Answers.OkAsync(context, document, ContractJson.Default.DiffDocument);
    }
}
