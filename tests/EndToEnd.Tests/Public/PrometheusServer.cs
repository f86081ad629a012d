using System.Diagnostics;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>A Prometheus with data of its own, that scrapes one daemon each second.</summary>
internal sealed class PrometheusServer : IDisposable
{
    private readonly Process _process;
    private readonly string _url;

    private PrometheusServer(Process process, string url) => (_process, _url) = (process, url);

    /// <param name="listen">The address and port of Prometheus.</param>
    /// <param name="target">The address and port that it scrapes.</param>
    public static async Task<PrometheusServer> StartAsync(TemporaryFolder folder, string listen, string target)
    {
        var program = Programs.Require("prometheus", "prometheus");
        var config = folder.Write("prometheus.yml", $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: ["{{PrometheusFiles.Rules}}"]
            scrape_configs:
              - job_name: reuseportd
                static_configs: [{ targets: ["{{target}}"] }]
            """);
        var process = Process.Start(Command.Start(
            program,
            [
                $"--config.file={config}", $"--storage.tsdb.path={folder["prometheus"]}", $"--web.listen-address={listen}",
                "--log.level=error",
            ]))!;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new PrometheusServer(process, $"http://{listen}");
        await Deadline.UntilAsync(
            async () =>
            {
                Assert.False(process.HasExited, "prometheus has ended");
                try
                {
                    return (await PortAnswer.OfAsync($"http://{listen}/-/ready")).Status == 200;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "prometheus is ready");
        return server;
    }

    /// <returns>The samples of the answer.</returns>
    public async Task<JsonArray> QueryAsync(string expression)
    {
        var answer = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
        Assert.True($"{answer["status"]}" == "success", $"{expression}: {answer["error"]}");
        return answer["data"]!["result"]!.AsArray();
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse((await PageAsync(path)).Body)!;

    public Task<PortAnswer> PageAsync(string path) => PortAnswer.OfAsync(_url + path);

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
