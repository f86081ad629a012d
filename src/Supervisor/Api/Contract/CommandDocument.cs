using System.Text.Json.Serialization;

namespace Reuseportd.Api.Contract;

/// <summary>Body of <c>POST /v1/start</c>, <c>stop</c>, <c>restart</c>, <c>reload</c> and <c>reset</c>.</summary>
/// <param name="Names">
/// Services (<c>web</c>: all its workers), workers (<c>web@2</c>) and patterns (<c>web*</c>, <c>*@0</c>); at least one name.
/// </param>
/// <param name="Wait">True if the answer waits until all these workers have settled; false by default.</param>
/// <param name="Timeout">Seconds to wait at most; absent for no limit.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CommandRequest(IReadOnlyList<string> Names, bool? Wait = null, double? Timeout = null);

/// <summary>Body of <c>POST /v1/signal</c>.</summary>
/// <param name="Names">As of <see cref="CommandRequest"/>.</param>
/// <param name="Signal"><c>HUP</c>, <c>SIGHUP</c>, <c>1</c> or <c>RTMIN+3</c>, in any case.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SignalRequest(IReadOnlyList<string> Names, string Signal);

/// <summary>Body of <c>POST /v1/services/NAME/scale</c>.</summary>
/// <param name="Workers">From 0 to 10,000.</param>
/// <param name="Wait">As of <see cref="CommandRequest"/>.</param>
/// <param name="Timeout">As of <see cref="CommandRequest"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ScaleRequest(int? Workers, bool? Wait = null, double? Timeout = null);

/// <summary>Body of <c>POST /v1/drain</c>.</summary>
/// <param name="LbGrace">Seconds for which load balancers can notice that the host is not ready; 10 by default.</param>
/// <param name="Wait">True if the answer waits until no worker runs; false by default.</param>
/// <param name="Timeout">As of <see cref="CommandRequest"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DrainRequest(double? LbGrace = null, bool? Wait = null, double? Timeout = null);

/// <summary>Body of <c>POST /v1/undrain</c>.</summary>
/// <param name="Wait">As of <see cref="CommandRequest"/>.</param>
/// <param name="Timeout">As of <see cref="CommandRequest"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UndrainRequest(bool? Wait = null, double? Timeout = null);

/// <summary>Answer of every command on workers.</summary>
/// <param name="Workers">
/// The workers that the names match, by service and number; for <c>scale</c> all workers of the service, with the removed ones.
/// </param>
/// <param name="TimedOut">True if the timeout ended the wait before all workers had settled.</param>
internal sealed record CommandDocument(IReadOnlyList<CommandOutcome> Workers, bool TimedOut)
{
    /// <summary>Open connections of processes that were stopped after their <c>drain_timeout</c>, until the answer.</summary>
    public int Cut { get; init; }
}

/// <summary>Result of a command for one worker.</summary>
/// <param name="Name"><c>web@0</c>.</param>
/// <param name="State">
/// As in <see cref="WorkerStatus"/>, at the time of the answer; <c>removed</c> if the command has removed the worker.
/// </param>
/// <param name="Ok">
/// True if the worker is in the state that the command wants (ready, stopped), or has its signal. For a command that does not
/// wait: true if the daemon accepted the command.
/// </param>
/// <param name="Pid">Absent if no process runs.</param>
/// <param name="Generation">As in <see cref="WorkerStatus"/>.</param>
/// <param name="Detail">The reason why <paramref name="Ok"/> is false; else as in <see cref="WorkerStatus"/>.</param>
internal sealed record CommandOutcome(string Name, string State, bool Ok, int? Pid, int Generation, string? Detail)
{
    /// <summary>State of a worker that the command has removed.</summary>
    public const string Removed = "removed";

    /// <summary>True if the command does not apply to the worker, so nothing has changed; else absent.</summary>
    public bool? Untouched { get; init; }

    /// <summary>As in <see cref="WorkerStatus"/>; absent if <see cref="Ok"/>.</summary>
    public string? LastLine { get; init; }

    /// <summary>True if the worker is not replaced because its update is paused; else absent.</summary>
    public bool? Paused { get; init; }
}
