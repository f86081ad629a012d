using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;

namespace Reuseportd.Runtime.Processes;

/// <summary>A request to a thread of the launcher: the process of a worker to spawn.</summary>
/// <param name="Serial">Number that identifies the process in outcomes.</param>
/// <param name="Service">The service's specification at the beginning of the start.</param>
/// <param name="NotifySocket">The path of the socket for readiness notifications; null if readiness does not need one.</param>
internal sealed record WorkerLaunch(
    ulong Serial, ServiceSpec Service, WorkerName Worker, int Generation, Account Account, string? NotifySocket);

/// <summary>The result of a <see cref="WorkerLaunch"/>.</summary>
internal sealed record LaunchResult
{
    /// <summary>Null if the process runs.</summary>
    public SpawnError? Error { get; init; }

    /// <summary>Null if the start failed.</summary>
    public Spawned? Spawned { get; init; }

    /// <summary>The name of the process's control group; null without one. A failed start can leave its group.</summary>
    public string? Group { get; init; }

    /// <summary>Inode of the group's directory; 0 without a group.</summary>
    public ulong GroupId { get; init; }

    public MethodChoice Method { get; init; } = MethodChoice.Default;
}
