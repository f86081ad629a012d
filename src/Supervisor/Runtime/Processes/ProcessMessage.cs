using Reuseportd.Linux.Users;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Processes;

/// <summary>What concerns processes and their starts.</summary>
internal abstract record ProcessMessage : Message
{
    private ProcessMessage() { }

    /// <summary>A start has come to its end, be it a process or a failure.</summary>
    internal sealed record Launched(Start Start) : ProcessMessage
    {
        public override void Refuse() => Start.Discard();
    }

    /// <summary>The daemon stops, and the start cannot be ended: nobody waits for it any more.</summary>
    internal sealed record StartAbandoned(WorkerStart Start) : ProcessMessage;

    /// <summary>The account that a service runs as was looked up.</summary>
    /// <param name="Account">Null where it is not known.</param>
    /// <param name="IsLate">It takes too long; another answer follows.</param>
    internal sealed record AccountFound(Accounts.Entry Entry, Account? Account, string? Problem, bool IsLate) : ProcessMessage;

    /// <summary>Resident memory of workers with all that they started.</summary>
    internal sealed record MemorySeen(IReadOnlyList<(ulong Process, ulong Bytes)> Bytes) : ProcessMessage;

    /// <summary>
    /// A child ended, where no <see cref="SupervisorOptions.ChildSignal"/> says so. Workers are heard by their pidfds; this is
    /// for the others.
    /// </summary>
    internal sealed record ChildEnded : ProcessMessage;
}
