using Reuseportd.Model;
using Reuseportd.Observability.Lines;

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
/// <param name="State">Word of its state; <see cref="Removed"/> where it is no more.</param>
/// <param name="Ok">
/// Whether it is where the command wanted it; where nobody waited for that, whether the command was taken.
/// </param>
internal sealed record CommandEnd(WorkerName Name, string State, bool Ok, int? Pid, int Generation, string? Detail)
{
    public const string Removed = "removed";

    /// <summary>The command could do nothing with it as it is.</summary>
    public bool IsUntouched { get; init; }

    /// <summary>As in <see cref="WorkerSnapshot"/>; null also where it is where the command wanted it.</summary>
    public LastWords? LastWords { get; init; }

    /// <summary>Its update is paused.</summary>
    public bool IsPostponed { get; init; }

    /// <summary>It is what it was: what was to take its place has not.</summary>
    public bool IsNotReplaced { get; init; }
}
