using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>A test that compares the status of the daemon with the processes of the machine.</summary>
public abstract class SettledTest(Machine machine) : NextDaemonTest(machine)
{
    /// <summary>Keys of a service whose workers take a moment to become ready.</summary>
    private protected const string Slow = "    readiness: { type: delay, delay: 150ms }";

    private protected sealed record WorkerState(string Name, string State, int Pid, int Generation, int Connections);

    private protected async Task<WorkerState[]> StatusAsync(params string[] names)
    {
        JsonNode? status = null;
        await Deadline.UntilAsync(async () => (status = await DocumentAsync(names)) is not null, "a daemon answers");
        return StatesIn(status!);
    }

    /// <summary>
    /// Waits until each worker of these services is ready, and no other worker is there. Each worker has one process.
    /// </summary>
    private protected async Task AssertSettledAsync(params (string Service, int Workers)[] services)
    {
        string[] expected =
        [
            .. services.SelectMany(one => Enumerable.Range(0, one.Workers).Select(number => $"{one.Service}@{number} ready"))
                .Order(StringComparer.Ordinal),
        ];
        await UntilAsync("SubState", "running");
        WorkerState[] states = [];
        await Deadline.UntilAsync(
            async () =>
            {
                var status = await DocumentAsync();
                states = status is null ? [] : StatesIn(status);
                var present = states.Select(worker => $"{worker.Name} {worker.State}").Order(StringComparer.Ordinal);
                return status?["updates"] is null && present.SequenceEqual(expected) && Processes().Length == expected.Length;
            },
            "all workers are ready");
        var shown = states.Select(worker => $"{worker.Name} {worker.Pid} {worker.Generation}");
        Assert.Equal(shown.Order(StringComparer.Ordinal), Processes());

        string[] Processes() =>
        [
            .. Machine.Workers().Select(one => $"{one.Service}@{one.Worker} {one.Pid} {one.Generation}")
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Stops the daemon. Nothing is left of it.</summary>
    private protected async Task AssertStopsAsync()
    {
        await UnitAsync("stop");
        Assert.Empty(Machine.Workers());
        await Deadline.UntilAsync(
            async () => (await Machine.RunAsync("pgrep", "^reuseport")).Code == 1, "the guard and the daemon have ended");
    }

    private static WorkerState[] StatesIn(JsonNode status) =>
    [
        .. status["workers"]!.AsArray().Select(worker => new WorkerState(
            (string)worker!["name"]!, (string)worker["state"]!, (int?)worker["pid"] ?? 0, (int)worker["generation"]!,
            (int?)worker["connections"] ?? 0)),
    ];

    /// <returns>Null while no daemon answers.</returns>
    private async Task<JsonNode?> DocumentAsync(params string[] names)
    {
        var status = await Machine.RunAsync(["reuseportctl", "status", .. names, "-o", "json"]);
        return status.Out.Length > 0 ? JsonNode.Parse(status.Out) : null;
    }
}
