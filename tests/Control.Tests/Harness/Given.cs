using Reuseportd.Api.Contract;

namespace Control.Tests.Harness;

internal static class Given
{
    /// <summary>A worker that serves port 8080, to be varied with <c>with</c>.</summary>
    public static WorkerStatus Worker(string name, string state = "ready") => new(
        name, state, Pid: 4242, Generation: 1, Restarts: 0, Uptime: 59.4, NextTry: null, LastExit: null, Detail: null,
        [
            new BindStatus("bind", "stream", "127.0.0.1", 8080, Sharded: true, "ok"),
            new BindStatus("listen", "stream", "127.0.0.1", 8080, Sharded: true, "ok")])
    {
        Service = name[..name.LastIndexOf('@')],
        Index = int.Parse(name.AsSpan(name.LastIndexOf('@') + 1), null),
        ReadySeconds = state == "ready" ? 58.9 : null,
        CpuSeconds = 1.25,
        CpuPercent = 2.1,
        Memory = 12_345_678,
    };

    public static StatusDocument Status(params WorkerStatus[] workers) =>
        new("1.2.3", 3600, workers) { Pending = false, TcpMigrateReq = true, LoopDelay = 0.0004 };
}
