using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads the settings of the port for machines and people.</summary>
internal static class ListenReader
{
    private const int MostHosts = 64;
    private const int LongestHost = 253;
    private const string HostPattern = @"^(\*|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$";
    private const string HostsAccept = "a name of the host without a port, '*' for any name, or a list of them";

    private static readonly Key Listen = new(
        "listen", Endpoints.ShapeWithPaths,
        "Addresses and ports, or unix:PATH, at which the daemon serves metrics, health, status and events over HTTP. Clients can "
        + "only read. Default: none.");

    private static readonly Key Details = Key.Flag(
        "listen_details",
        "Whether clients of these ports see values of the configuration, command lines, and last lines of workers.", false);

    private static readonly Key Hosts = new(
        "listen_hosts", new Shape.List(new Shape.Text(HostPattern), OrOne: true, Most: MostHosts),
        "Names of the host that requests to these ports may have, beside addresses, localhost and the name of the system. The "
        + "daemon refuses other names, so that pages of strangers cannot read the ports through a browser. '*': any name.");

    private static readonly Key TokenFile = new(
        "listen_token_file", Paths.Shape,
        "File with a token. Requests to these ports must have it (Authorization: Bearer), but for /healthz and /readyz. The "
        + "daemon reads a changed file again. Default: requests need no token.");

    private static readonly Words<Labels> LabelWords = new(
        ("auto", Labels.Auto), ("true", Labels.Yes), ("false", Labels.No));

    private static readonly Key PerWorker = new(
        "metrics_per_worker", new Shape.AnyOf(new Shape.Flag(), new Shape.Choice(["auto"])),
        "Whether metrics of workers have a label for the worker. auto: up to 1000 workers. Without it they are summed for each "
        + "service, and have no CPU time and memory.")
    {
        Default = "auto",
    };

    private static readonly Key Chain = new(
        "certificate", Paths.Shape, "PEM file of the certificate, with those between it and its root.")
    {
        IsRequired = true,
    };

    private static readonly Key PrivateKey = new("key", Paths.Shape, "PEM file of the key.") { IsRequired = true };

    private static readonly Key Tls = new(
        "listen_tls", new Shape.Map(Chain, PrivateKey),
        "TLS on these ports, but not on sockets with a path. The daemon reads changed files again.");

    private const string EndpointAccepts = "a URL such as http://127.0.0.1:4318";

    private static readonly Key OtlpEndpoint = new(
        "otlp_endpoint", new Shape.Text("^https?://."),
        "URL of a collector of OpenTelemetry. The daemon sends the metrics there each 15 s, by OTLP/HTTP as JSON, to the path "
        + "/v1/metrics below it. Default: none.");

    public static readonly IReadOnlyList<Key> Keys = [Listen, Details, Hosts, TokenFile, Tls, PerWorker, OtlpEndpoint];

    private enum Labels
    {
        Auto,
        Yes,
        No,
    }

    public static ListenSpec Read(Section top) => new([.. Endpoints.Read(top, Listen)])
    {
        HasDetails = top.Flag(Details) ?? false,
        Hosts = [.. ReadHosts(top)],
        TokenFile = top.AbsolutePath(TokenFile),
        Certificate = ReadCertificate(top),
        OtlpEndpoint = ReadEndpoint(top),
        LabelsWorkers = LabelWords.Read(top, PerWorker) switch
        {
            Labels.Yes => true,
            Labels.No => false,
            _ => null,
        },
    };

    private static CertificateSpec? ReadCertificate(Section top)
    {
        const string accepts = "a map with 'certificate' and 'key'";
        if (top.Find(Tls) is not { } field || field.Section((Shape.Map)Tls.Shape, accepts) is not { } section) return null;
        var chain = section.Require(Chain, "an absolute path", field.Node.Place)?.AbsolutePath();
        var key = section.Require(PrivateKey, "an absolute path", field.Node.Place)?.AbsolutePath();
        section.RejectUnknown();
        return chain is null || key is null ? null : new CertificateSpec(chain, key);
    }

    private static string? ReadEndpoint(Section top)
    {
        if (top.Find(OtlpEndpoint) is not { } field || field.Text(EndpointAccepts) is not { } text) return null;
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", Host.Length: > 0 };
        if (!isUrl) field.Refuse(EndpointAccepts);
        return isUrl ? text : null;
    }

    private static IEnumerable<string> ReadHosts(Section top)
    {
        if (top.Find(Hosts) is not { } field || field.Items(HostsAccept, orOne: true) is not { } items) yield break;
        if (items.Count > MostHosts) field.Error($"accepts at most {MostHosts} names");
        foreach (var item in items)
        {
            if (item.Text(HostsAccept) is not { } text) continue;
            if (IsHost(text)) yield return text;
            else item.Refuse(HostsAccept);
        }
    }

    /// <summary>As <see cref="HostPattern"/>.</summary>
    private static bool IsHost(string text) => text == "*"
        || (text.Length <= LongestHost && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'));
}
