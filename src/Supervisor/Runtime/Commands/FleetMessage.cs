using Reuseportd.Model;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Commands;

/// <summary>A request of a client or of the host to the fleet.</summary>
internal abstract record FleetMessage : Message
{
    private FleetMessage() { }

    /// <summary>Changes the fleet to the desired services.</summary>
    /// <param name="Done">Completed when all workers that the change touches have settled.</param>
    internal sealed record Converge(FleetSpec Desired, TaskCompletionSource<ConvergeResult> Done) : FleetMessage
    {
        public override void Refuse() => Done.TrySetCanceled();
    }

    /// <summary>Runs a command of a client.</summary>
    /// <param name="Names">Names of workers and services. Each must match something.</param>
    /// <param name="Wait">True if the answer comes when all workers have settled; else it comes at once.</param>
    /// <param name="By">The client, for the log.</param>
    internal sealed record Command(
        FleetCommand What, ValueList<NamePattern> Names, bool Wait, string By, TaskCompletionSource<CommandResult> Done)
        : FleetMessage
    {
        public override void Refuse() => Done.TrySetCanceled();
    }

    /// <summary>The client's timeout has passed: answer with the present state.</summary>
    /// <param name="Answer">The answer of a <see cref="Command"/> or of a <see cref="Converge"/>.</param>
    internal sealed record AnswerNow(Task Answer) : FleetMessage;

    /// <summary>Drains the host because the daemon is to stop. <see cref="StopAll"/> follows.</summary>
    /// <param name="Done">Completed when all workers have ended.</param>
    internal sealed record DrainForStop(TimeSpan Grace, TaskCompletionSource Done) : FleetMessage
    {
        public override void Refuse() => Done.TrySetCanceled();
    }

    /// <summary>Stops every worker. The loop ends after the last worker has stopped.</summary>
    internal sealed record StopAll : FleetMessage;
}
