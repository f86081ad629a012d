using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;

namespace Reuseportd.Api.Public;

/// <summary>Answers only requests that are permitted, and sets the headers of all answers.</summary>
/// <param name="token">Null if requests need none.</param>
internal sealed class Gatekeeper(RequestRules rules, TokenFile? token)
{
    /// <summary>Only scripts, styles and pictures of this port; no page of another one may show it.</summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    /// <param name="isOpen">True for a path that needs no token, as load balancers have none.</param>
    public Task ServeAsync(HttpContext context, bool isOpen, Func<HttpContext, Task> handler)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        return Answers.GuardAsync(context, async () =>
        {
            await CheckAsync(context, isOpen);
            await handler(context);
        });
    }

    private async Task CheckAsync(HttpContext context, bool isOpen)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            throw Refused(StatusCodes.Status405MethodNotAllowed, "this port only reads: GET and HEAD");
        }

        var host = request.Headers.Host.ToString();
        if (!IsLocal(context) && !rules.IsKnownHost(host))
            throw Refused(StatusCodes.Status421MisdirectedRequest, "the name of the host in this request is not in listen_hosts");
        if (!RequestRules.IsOwnOrigin(request.Headers.Origin.ToString(), host))
            throw Refused(StatusCodes.Status403Forbidden, "the request comes from a page of another host");
        if (isOpen || token is null) return;
        if (await token.ReadAsync() is not { } known)
            throw new Problem(
                StatusCodes.Status503ServiceUnavailable,
                new ProblemDocument("the daemon cannot read its token: its log has the reason", ProblemCode.Refused));
        if (RequestRules.HasToken(request.Headers.Authorization.ToString(), known)) return;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw Refused(StatusCodes.Status401Unauthorized, "the request needs a token: Authorization: Bearer ...");
    }

    /// <summary>
    /// True for a socket with a path. No browser connects there by itself, so the name of the host is any: the name that a proxy
    /// passes on is the proxy's to check.
    /// </summary>
    private static bool IsLocal(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>()?.Socket.AddressFamily == AddressFamily.Unix;

    private static Problem Refused(int status, string why) => new(status, new ProblemDocument(why, ProblemCode.Refused));
}
