using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Http;
using Reuseportd.Diagnosis;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Public;

/// <summary>Handlers of <c>/healthz</c>, <c>/readyz</c> and <c>/readyz/SERVICE</c>.</summary>
/// <param name="ping">Completes when the loop has turned.</param>
internal sealed class Health(IFleetControl control, Func<Task> ping, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>200 if the loop turns.</summary>
    public async Task TurnsAsync(HttpContext context)
    {
        var turned = await DoneAsync(ping(), context);
        await AnswerAsync(context, turned ? null : "the daemon's loop does not turn");
    }

    /// <summary>200 if load balancers should send connections to this host, or to one service of it.</summary>
    public async Task IsReadyAsync(HttpContext context)
    {
        var asked = control.SnapshotAsync(context.RequestAborted);
        if (!await DoneAsync(asked, context))
        {
            await AnswerAsync(context, "the daemon's loop does not turn");
            return;
        }

        var readiness = Of(await asked, context);
        if (readiness is null) throw Problem.NoSuchName([$"{context.Request.RouteValues["service"]}"]);
        await AnswerAsync(context, readiness.Reason);
    }

    private static Readiness? Of(FleetSnapshot fleet, HttpContext context) =>
        context.Request.RouteValues["service"] is string service ? HostReadiness.Of(fleet, service) : HostReadiness.Of(fleet);

    /// <returns>False if it is not done in time, or if the daemon stops.</returns>
    private async Task<bool> DoneAsync(Task work, HttpContext context)
    {
        try
        {
            await work.WaitAsync(Patience, time, context.RequestAborted);
            return true;
        }
        catch (Exception failure) when (failure is TimeoutException || work.IsCanceled)
        {
            return false;
        }
    }

    /// <param name="obstacle">The reason against 200; null for none.</param>
    private static Task AnswerAsync(HttpContext context, string? obstacle)
    {
        context.Response.StatusCode = obstacle is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync($"{obstacle ?? "ok"}\n", context.RequestAborted);
    }
}
