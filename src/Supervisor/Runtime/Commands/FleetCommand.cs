using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Commands;

/// <summary>A command of a client for workers.</summary>
/// <param name="Word">The command's name in the log.</param>
internal abstract record FleetCommand(string Word)
{
    internal sealed record Start() : FleetCommand("start");

    internal sealed record Stop() : FleetCommand("stop");

    internal sealed record Restart() : FleetCommand("restart");

    /// <summary>Returns services to their specification before the last change.</summary>
    internal sealed record Rollback() : FleetCommand("rollback");

    /// <summary>Pauses rolling restarts.</summary>
    internal sealed record Pause() : FleetCommand("pause");

    /// <summary>Resumes rolling restarts that were paused, or that stopped at a failure.</summary>
    internal sealed record Resume() : FleetCommand("resume");

    /// <summary>Sends each worker its service's <see cref="ServiceSpec.ReloadSignal"/>.</summary>
    internal sealed record Reload() : FleetCommand("reload");

    /// <summary>Returns failed workers to <c>stopped</c> and resets their retries.</summary>
    internal sealed record Reset() : FleetCommand("reset");

    internal sealed record Send(Signal Signal) : FleetCommand("signal");

    /// <summary>Changes the number of workers of one service.</summary>
    internal sealed record Scale(int Workers) : FleetCommand("scale");

    /// <summary>Makes the host not ready for load balancers, and drains all workers after the grace time.</summary>
    internal sealed record Drain(TimeSpan Grace) : FleetCommand("drain")
    {
        public static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(10);
    }

    /// <summary>Takes the host back after a <see cref="Drain"/>, and starts its workers.</summary>
    internal sealed record Undrain() : FleetCommand("undrain");
}

/// <summary>The result of a command.</summary>
/// <param name="TimedOut">True if workers were unsettled when the client's timeout passed.</param>
/// <param name="Unknown">Names that match nothing. If there are any, the command did nothing.</param>
internal sealed record CommandResult(ValueList<CommandEnd> Workers, bool TimedOut, ValueList<string> Unknown)
{
    /// <summary>Connections that were cut at a drain timeout between the command and the answer.</summary>
    public int Cut { get; init; }
}

/// <summary>The result of a command for one worker.</summary>
/// <param name="Ok">
/// True if the worker is in the state that the command asks for. If the client does not wait: true if the command was accepted.
/// </param>
internal sealed record CommandEnd(WorkerName Name, WorkerState State, bool Ok, int? Pid, int Generation)
{
    /// <summary>The command has removed the worker.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>The reason why the command was not carried out; null if the facts of the worker explain it.</summary>
    public CommandObstacle? Obstacle { get; init; }

    /// <summary>True if the command did not apply to the worker in its present state.</summary>
    public bool IsUntouched { get; init; }

    /// <summary>True if the worker still runs the former process, as its replacement failed.</summary>
    public bool IsNotReplaced { get; init; }

    /// <summary>The worker at the end of the command; null if <see cref="Ok"/>.</summary>
    public WorkerSnapshot? Facts { get; init; }

    /// <summary>The update of the worker is paused.</summary>
    public bool IsPostponed => IsNotReplaced && Facts is { IsPostponed: true };
}

/// <summary>The reason why a command was not carried out for a worker.</summary>
internal abstract record CommandObstacle
{
    private CommandObstacle() { }

    /// <summary>The worker has not settled.</summary>
    internal sealed record NotSettled : CommandObstacle;

    /// <summary>A later command requires another state of the worker.</summary>
    internal sealed record Overtaken : CommandObstacle;

    /// <summary>A scaled service is stopped, so its new workers are stopped, too.</summary>
    internal sealed record ServiceStopped : CommandObstacle;

    /// <summary>The host is drained, so no worker starts.</summary>
    internal sealed record HostDrained : CommandObstacle;

    internal sealed record NothingToRollBack : CommandObstacle;

    internal sealed record AlreadyPaused : CommandObstacle;

    internal sealed record NoUpdate : CommandObstacle;

    internal sealed record NothingPaused : CommandObstacle;

    internal sealed record NoProcess : CommandObstacle;

    internal sealed record SignalFailed(Signal Signal, Errno Errno) : CommandObstacle;
}
