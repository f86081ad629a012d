using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>A container in the foreground of <c>podman run</c>, whose output is the daemon's log.</summary>
internal sealed class Container : IAsyncDisposable
{
    private readonly Podman _podman;
    private readonly Process _run;
    private readonly Task<string> _errors;

    /// <param name="words">Options of <c>podman run</c>, the image, arguments.</param>
    public Container(Podman podman, params string[] words)
    {
        _podman = podman;
        _run = podman.Start(["run", "--name", Name, .. words]);
        _run.StandardInput.Close();
        _errors = _run.StandardError.ReadToEndAsync();
        Log.Read(_run.StandardOutput.BaseStream);
    }

    public string Name { get; } = $"test-{Guid.NewGuid():N}";

    public JsonLog Log { get; } = new();

    public Task<LogRecord> EventAsync(string kind, string? worker = null, LogRecord? after = null) => Log.WaitAsync(
        record => record.Event == kind && (worker is null || record.Worker == worker) && record.Index > (after?.Index ?? -1),
        $"{kind} {worker}");

    public LogRecord[] Events(string kind) => [.. Log.Records.Where(record => record.Event == kind)];

    /// <summary>Runs a program in the container, to its end.</summary>
    public Task<Command> ExecAsync(params string[] words) => _podman.RunAsync(["exec", Name, .. words]);

    /// <summary>Runs <c>reuseportctl</c> in the container, which must succeed.</summary>
    public Task<string> ControlAsync(params string[] words) => _podman.DoAsync(["exec", Name, "reuseportctl", .. words]);

    public async Task<JsonNode> StatusAsync() => JsonNode.Parse(await ControlAsync("status", "-o", "json"))!;

    /// <summary>A value of <c>podman inspect</c>.</summary>
    /// <param name="format">A template: <c>.State.Pid</c>.</param>
    public Task<string> InspectAsync(string format) => _podman.DoAsync("inspect", "--format", $"{{{{{format}}}}}", Name);

    /// <summary>Process 1, in the namespace of the tests.</summary>
    public async Task<int> PidAsync() => int.Parse(await InspectAsync(".State.Pid"), CultureInfo.InvariantCulture);

    /// <summary>Runs the health check of the image once.</summary>
    /// <returns>Its exit code, and the state that the container has now.</returns>
    public async Task<(int Code, string State)> HealthAsync()
    {
        var check = await _podman.RunAsync("healthcheck", "run", Name);
        return (check.Code, await InspectAsync(".State.Healthcheck.Status"));
    }

    public Task StopAsync() => _podman.DoAsync("stop", "--time=30", Name);

    /// <summary>Waits for the end of the container.</summary>
    /// <returns>The exit code of process 1.</returns>
    public async Task<int> ExitAsync()
    {
        await _run.WaitForExitAsync().WaitAsync(Deadline.Patience);
        await Log.Ended.WaitAsync(Deadline.Patience);
        return _run.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed && TestContext.Current.TestOutputHelper is { } output)
        {
            foreach (var record in Log.Records.TakeLast(40)) output.WriteLine($"{record}");
        }

        await _podman.RunAsync("rm", "--force", "--time=0", Name);
        await _run.WaitForExitAsync().WaitAsync(Deadline.Patience);
        TestContext.Current.TestOutputHelper?.WriteLine(await _errors);
        _run.Dispose();
    }
}
