using System.Text.Json.Serialization;

namespace Reuseportd.Model;

/// <summary>The ports for machines and people, which only read.</summary>
/// <param name="Addresses">
/// Each as <c>127.0.0.1:9180</c>, <c>[::1]:9180</c> or <c>unix:/run/reuseportd/metrics.sock</c>; empty for no port.
/// </param>
internal sealed record ListenSpec([property: JsonConverter(typeof(TextListConverter))] ValueList<string> Addresses)
{
    public static readonly ListenSpec None = new([]);

    /// <summary>Precedes the path of a socket.</summary>
    public const string PathPrefix = "unix:";

    /// <summary>True if clients see all that the control socket shows.</summary>
    public bool HasDetails { get; init; }

    /// <summary>Names of the host that clients may use, beside localhost and the name of the system.</summary>
    [JsonConverter(typeof(TextListConverter))]
    public ValueList<string> Hosts { get; init; } = [];

    /// <summary>The file of the token that clients need; null if they need none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The certificate for TLS; null for no TLS.</summary>
    public CertificateSpec? Certificate { get; init; }

    /// <summary>The URL of a collector of OpenTelemetry that gets the metrics; null for none.</summary>
    public string? OtlpEndpoint { get; init; }

    /// <summary>True or false for labels of workers on metrics; null to decide by their number.</summary>
    public bool? LabelsWorkers { get; init; }

    /// <summary>The path of a socket; null for an address with a port.</summary>
    public static string? PathOf(string address) =>
        address.StartsWith(PathPrefix, StringComparison.Ordinal) ? address[PathPrefix.Length..] : null;
}

/// <summary>PEM files.</summary>
/// <param name="Chain">The certificate, and those between it and its root.</param>
internal sealed record CertificateSpec(string Chain, string Key);
