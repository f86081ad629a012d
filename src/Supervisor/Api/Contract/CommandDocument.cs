using System.Text.Json.Serialization;

namespace Reuseportd.Api.Contract;

/// <summary>Body of <c>POST /v1/start</c>, <c>stop</c>, <c>restart</c>, <c>reload</c> and <c>reset</c>.</summary>
/// <param name="Names">
/// Services (<c>web</c>: all its workers), workers (<c>web@2</c>) and patterns (<c>web*</c>, <c>*@0</c>); at least one.
/// </param>
/// <param name="Wait">
/// Whether the answer comes when all of them have settled; else it comes at once. False where it is left out.
/// </param>
/// <param name="Timeout">Seconds to wait at most; absent for as long as it takes.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CommandRequest(IReadOnlyList<string> Names, bool? Wait = null, double? Timeout = null);

/// <summary>Body of <c>POST /v1/signal</c>.</summary>
/// <param name="Names">As of <see cref="CommandRequest"/>.</param>
/// <param name="Signal"><c>HUP</c>, <c>SIGHUP</c>, <c>1</c> or <c>RTMIN+3</c>, in any case.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SignalRequest(IReadOnlyList<string> Names, string Signal);

/// <summary>Body of <c>POST /v1/services/NAME/scale</c>.</summary>
/// <param name="Workers">From 0 to what the configuration allows.</param>
/// <param name="Wait">As of <see cref="CommandRequest"/>.</param>
/// <param name="Timeout">As of <see cref="CommandRequest"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ScaleRequest(int? Workers, bool? Wait = null, double? Timeout = null);

/// <summary>Answer of every command on workers.</summary>
/// <param name="Workers">
/// Those that the names stand for, by service and number; of a scaled service all, and those that it lost.
/// </param>
/// <param name="TimedOut">Whether the answer comes because the time was over, and some are still on their way.</param>
internal sealed record CommandDocument(IReadOnlyList<CommandOutcome> Workers, bool TimedOut)
{
    /// <summary>
    /// Connections that processes still had when their <c>drain_timeout</c> was over and they were stopped; as far as was waited.
    /// </summary>
    public int Cut { get; init; }
}

/// <summary>What came of a command for one worker.</summary>
/// <param name="Name"><c>web@0</c>.</param>
/// <param name="State">
/// As in <see cref="WorkerStatus"/>, at the time of the answer; <c>removed</c> for one that is no more.
/// </param>
/// <param name="Ok">
/// Whether it is where the command wanted it (ready, stopped), or was sent its signal; where the command did not wait, whether it
/// was taken.
/// </param>
/// <param name="Pid">Of its process; absent where none runs.</param>
/// <param name="Generation">As in <see cref="WorkerStatus"/>.</param>
/// <param name="Detail">Why it is not; else as in <see cref="WorkerStatus"/>.</param>
internal sealed record CommandOutcome(string Name, string State, bool Ok, int? Pid, int Generation, string? Detail)
{
    /// <summary>State of a worker that the command has removed.</summary>
    public const string Removed = "removed";

    /// <summary>True where the command could do nothing with it as it is, so that it is where it was; else absent.</summary>
    public bool? Untouched { get; init; }

    /// <summary>As in <see cref="WorkerStatus"/>; absent also where the worker is where the command wanted it.</summary>
    public string? LastLine { get; init; }

    /// <summary>True where it is not replaced as that is paused; else absent.</summary>
    public bool? Paused { get; init; }
}
