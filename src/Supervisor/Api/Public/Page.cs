using Microsoft.AspNetCore.Http;

namespace Reuseportd.Api.Public;

/// <summary>
/// The files of the page, which the build puts into the binary. They hold no state of the daemon, so they need no token.
/// </summary>
internal static class Page
{
    private const string Script = "text/javascript; charset=utf-8";

    public static readonly IReadOnlyList<PublicRoute> Routes =
    [
        Of("/", "page.html", "text/html; charset=utf-8"),
        Of("/page.css", "page.css", "text/css; charset=utf-8"),
        Of("/page.js", "page.js", Script),
        Of("/live.js", "live.js", Script),
        Of("/service.js", "service.js", Script),
        Of("/workers.js", "workers.js", Script),
    ];

    private static PublicRoute Of(string path, string name, string type) => new(
        path, context => ServeAsync(context, name, type), IsOpen: true);

    private static async Task ServeAsync(HttpContext context, string name, string type)
    {
        await using var file = typeof(Page).Assembly.GetManifestResourceStream(name)
                               ?? throw new InvalidOperationException($"{name} is not in the binary");
        context.Response.ContentType = type;
        context.Response.ContentLength = file.Length;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
