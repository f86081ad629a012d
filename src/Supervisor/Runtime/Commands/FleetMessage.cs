using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Commands;

/// <summary>What clients and the host ask of the fleet.</summary>
internal abstract record FleetMessage : Message
{
    private FleetMessage() { }

    /// <summary>Make the fleet be this.</summary>
    /// <param name="Done">Completed when all that the change touched has settled.</param>
    internal sealed record Converge(FleetSpec Desired, TaskCompletionSource<ConvergeResult> Done) : FleetMessage
    {
        public override void Refuse() => Done.TrySetCanceled();
    }

    /// <summary>Do what somebody asks of workers.</summary>
    /// <param name="Names">All of them have to stand for something.</param>
    /// <param name="Wait">Whether the answer comes when all of them have settled; else at once.</param>
    /// <param name="By">Who asks, for the log.</param>
    internal sealed record Command(
        FleetCommand What, ValueList<NamePattern> Names, bool Wait, string By, TaskCompletionSource<CommandResult> Done) : FleetMessage
    {
        public override void Refuse() => Done.TrySetCanceled();
    }

    /// <summary>Who waits for this answer has waited long enough: it is given as things are.</summary>
    /// <param name="Answer">Of a <see cref="Command"/> or a <see cref="Converge"/>.</param>
    internal sealed record AnswerNow(Task Answer) : FleetMessage;

    /// <summary>Stop every worker; the loop ends when the last one has.</summary>
    internal sealed record StopAll : FleetMessage;
}
