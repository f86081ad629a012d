using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Processes;

/// <summary>A request to a thread of the launcher: the process of a worker to spawn.</summary>
/// <param name="Service">The service's specification at the beginning of the start.</param>
/// <param name="NotifySocket">The path of the socket for readiness notifications; null if readiness does not need one.</param>
internal sealed record WorkerLaunch(
    ServiceSpec Service, WorkerName Worker, int Generation, Account Account, string? NotifySocket);
