using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>A test of the port that <c>listen</c> opens. It has the number of the services' port, at another address.</summary>
public abstract class PublicTest : DaemonTest
{
    /// <summary>The address of the port, without the number.</summary>
    private protected string ListenAddress => Daemon.Site.AddressOf(2);

    private protected string Listen => $"{ListenAddress}:{Port}";

    /// <param name="more">Further lines of <c>reuseportd.yaml</c>.</param>
    private protected void ConfigureDaemon(params string[] more) =>
        Daemon.Folder.Write("etc/reuseportd.yaml", string.Join('\n', [$"listen: '{Listen}'", .. more, ""]));

    /// <param name="more">Further keys of the service, indented by four.</param>
    private protected void ConfigureWeb(int workers = 2, string more = "") => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
            workers: {{workers}}
            reuseport: { ports: [{{Port}}] }
        {{more}}
        """);

    private protected Task<PortAnswer> GetAsync(string path, params string[] headers) =>
        PortAnswer.OfAsync($"http://{Listen}{path}", "GET", headers);

    private protected async Task<Dictionary<string, double>> ScrapeAsync() => (await GetAsync("/metrics")).Samples();

    /// <summary>The sum over all series of a metric.</summary>
    private protected async Task<double> SumAsync(string metric) => Sum(await ScrapeAsync(), metric);

    private protected static double Sum(Dictionary<string, double> samples, string metric) =>
        samples.Where(one => one.Key == metric || one.Key.StartsWith($"{metric}{{", StringComparison.Ordinal))
            .Sum(one => one.Value);

    /// <summary>Waits until a path answers with this status.</summary>
    private protected async Task<PortAnswer> UntilAsync(string path, int status)
    {
        PortAnswer? answer = null;
        await Deadline.UntilAsync(
            async () => (answer = await GetAsync(path)).Status == status, $"{path} answers {status}: {answer?.Body}");
        return answer!;
    }
}
