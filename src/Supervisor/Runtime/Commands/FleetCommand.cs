using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Commands;

/// <summary>What people ask of workers.</summary>
/// <param name="Word">For the log.</param>
internal abstract record FleetCommand(string Word)
{
    internal sealed record Start() : FleetCommand("start");

    internal sealed record Stop() : FleetCommand("stop");

    internal sealed record Restart() : FleetCommand("restart");

    /// <summary>Has services become what they were before they were changed last.</summary>
    internal sealed record Rollback() : FleetCommand("rollback");

    /// <summary>Has planned restarts begin nothing more.</summary>
    internal sealed record Pause() : FleetCommand("pause");

    /// <summary>Has planned restarts go on that were paused, or stopped at a failure.</summary>
    internal sealed record Resume() : FleetCommand("resume");

    /// <summary>Sends each its service's <see cref="ServiceSpec.ReloadSignal"/>.</summary>
    internal sealed record Reload() : FleetCommand("reload");

    /// <summary>Has those that have failed forget it: they are stopped, and their retries count from the first.</summary>
    internal sealed record Reset() : FleetCommand("reset");

    internal sealed record Send(Signal Signal) : FleetCommand("signal");

    /// <summary>Gives one service another number of workers.</summary>
    internal sealed record Scale(int Workers) : FleetCommand("scale");
}

/// <summary>What came of a command.</summary>
/// <param name="TimedOut">Some were still on their way when who asked had waited long enough.</param>
/// <param name="Unknown">Names that stand for nothing; where there are any, nothing was done.</param>
internal sealed record CommandResult(ValueList<CommandEnd> Workers, bool TimedOut, ValueList<string> Unknown)
{
    /// <summary>
    /// Connections that processes still had when the time of their draining was over, from the command to the answer.
    /// </summary>
    public int Cut { get; init; }
}

/// <summary>What came of it for one worker.</summary>
/// <param name="Ok">
/// Whether the worker is in the state that the command wants; for a command that does not wait, whether the worker took it.
/// </param>
internal sealed record CommandEnd(WorkerName Name, WorkerState State, bool Ok, int? Pid, int Generation)
{
    /// <summary>The command has removed the worker.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>What the command could not do; null where the facts of the worker tell.</summary>
    public CommandObstacle? Obstacle { get; init; }

    /// <summary>The command does not apply to the worker in its state.</summary>
    public bool IsUntouched { get; init; }

    /// <summary>An update did not replace the worker.</summary>
    public bool IsNotReplaced { get; init; }

    /// <summary>The worker at the end of the command; null where <see cref="Ok"/>.</summary>
    public WorkerSnapshot? Facts { get; init; }

    /// <summary>The update of the worker is paused.</summary>
    public bool IsPostponed => IsNotReplaced && Facts is { IsPostponed: true };
}

/// <summary>Why a command did not do what it was to do with a worker.</summary>
internal abstract record CommandObstacle
{
    private CommandObstacle() { }

    /// <summary>The worker has not settled, and its facts say no more.</summary>
    internal sealed record StillOnItsWay : CommandObstacle;

    /// <summary>A later command wants another state of the worker.</summary>
    internal sealed record Overtaken : CommandObstacle;

    /// <summary>A scaled service is stopped, so its new workers are stopped, too.</summary>
    internal sealed record ServiceStopped : CommandObstacle;

    internal sealed record NothingToRollBack : CommandObstacle;

    internal sealed record AlreadyPaused : CommandObstacle;

    internal sealed record NotBeingReplaced : CommandObstacle;

    internal sealed record NothingPaused : CommandObstacle;

    internal sealed record NoProcess : CommandObstacle;

    internal sealed record SignalFailed(Signal Signal, Errno Errno) : CommandObstacle;
}
