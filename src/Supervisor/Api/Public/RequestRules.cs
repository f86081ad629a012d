using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Reuseportd.Api.Public;

/// <summary>
/// Decides whether a request may be answered, from its headers. A web page of a stranger must not read the port through the
/// browser of a user (DNS rebinding): its name of the host is not known here. Pure.
/// </summary>
/// <param name="Names">Names of the host that clients may use; an address is always permitted.</param>
internal sealed record RequestRules(IReadOnlyCollection<string> Names)
{
    /// <summary>Permits each name.</summary>
    public const string AnyName = "*";

    private const string Scheme = "Bearer ";

    /// <param name="host">
    /// The header Host; empty if there is none. A browser always sends it, and the health checks of some load balancers do not.
    /// </param>
    public bool IsKnownHost(string host)
    {
        if (host.Length == 0) return true;
        var name = NameOf(host);
        if (IPAddress.TryParse(name.TrimStart('[').TrimEnd(']'), out _)) return true;
        return Names.Any(known => known == AnyName || known.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>True if the request comes from no web page, or from a page of this port.</summary>
    /// <param name="origin">The header Origin; empty if there is none.</param>
    /// <param name="host">The header Host.</param>
    public static bool IsOwnOrigin(string origin, string host) =>
        origin.Length == 0
        || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority.Equals(Authority(page.Scheme, host),
            StringComparison.OrdinalIgnoreCase));

    /// <summary>Takes the same time for each wrong token of the same length.</summary>
    /// <param name="authorization">The header Authorization; empty if there is none.</param>
    public static bool HasToken(string authorization, ReadOnlySpan<byte> token) =>
        authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()), token);

    private static string NameOf(string host)
    {
        if (host.StartsWith('[')) return host[..(host.IndexOf(']', StringComparison.Ordinal) + 1)];
        var port = host.IndexOf(':', StringComparison.Ordinal);
        return port < 0 ? host : host[..port];
    }

    /// <summary>Without the port that a scheme has by itself.</summary>
    private static string Authority(string scheme, string host) =>
        Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out var own) ? own.Authority : host;
}
