using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Public;

/// <summary>The rules and the dashboard of deploy/prometheus.</summary>
internal static partial class PrometheusFiles
{
    public static string Folder => Path.Combine(Checkout.Folder, "deploy/prometheus");

    public static string Rules => Path.Combine(Folder, "reuseportd.rules.yml");

    public static string Tests => Path.Combine(Folder, "reuseportd.rules.test.yml");

    public static JsonNode Dashboard => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "reuseportd.dashboard.json")))!;

    /// <summary>The expressions of all panels, for every job, host and service.</summary>
    public static string[] DashboardExpressions() =>
    [
        .. from panel in Dashboard["panels"]!.AsArray()
           from target in panel!["targets"]?.AsArray() ?? []
           select Variable().Replace($"{target["expr"]}".Replace("$__rate_interval", "1m", StringComparison.Ordinal), ".*"),
    ];

    /// <summary>The path of the page of Prometheus that the guide opens, and the expression that the page draws.</summary>
    public static (string Path, string Expression) GraphOfTheGuide()
    {
        var link = Graph().Match(File.ReadAllText(Checkout.At("docs/guide/monitoring.md")));
        Assert.True(link.Success);
        return (link.Groups["path"].Value, Uri.UnescapeDataString(link.Groups["expression"].Value));
    }

    /// <summary>The names of the daemon's metrics in a text.</summary>
    public static string[] MetricsIn(string text) => [.. Metric().Matches(text).Select(match => match.Value).Distinct().Order()];

    [GeneratedRegex(@"\$(job|instance|service)\b")]
    private static partial Regex Variable();

    [GeneratedRegex(@"http://127\.0\.0\.1:9090(?<path>/\S*\?g0\.expr=(?<expression>[^&\s]+)\S*)")]
    private static partial Regex Graph();

    [GeneratedRegex(@"\breuseportd_[a-z_]+\b")]
    private static partial Regex Metric();
}
