using Reuseportd.Linux.Users;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Processes;

/// <summary>A message about processes and their starts.</summary>
internal abstract record ProcessMessage : Message
{
    private ProcessMessage() { }

    /// <summary>A start has finished, with a process or with an error.</summary>
    internal sealed record Launched(Start Start) : ProcessMessage
    {
        public override void Refuse() => Start.Discard();
    }

    /// <summary>The daemon is stopping, and the start cannot be cancelled. The daemon stops waiting for it.</summary>
    internal sealed record StartAbandoned(Start Start) : ProcessMessage;

    /// <summary>The account of a service was looked up.</summary>
    /// <param name="Account">Null if the account is unknown.</param>
    /// <param name="IsLate">True if the lookup takes too long. Another answer follows.</param>
    internal sealed record AccountFound(AccountLookup Lookup, Account? Account, string? Problem, bool IsLate) : ProcessMessage;

    /// <summary>A datagram with descriptors was taken out of the queue of a service's socket, and they are closed.</summary>
    /// <param name="Token">That of the socket.</param>
    internal sealed record DatagramTaken(ulong Token) : ProcessMessage;

    /// <summary>The resident memory of workers and their descendants was measured.</summary>
    internal sealed record MemorySeen(IReadOnlyList<(ulong Process, ulong Bytes)> Bytes) : ProcessMessage;

    /// <summary>
    /// A child has ended. Sent if there is no <see cref="SupervisorOptions.ChildSignal"/>. Workers report their end through
    /// pidfds; this message is for other children.
    /// </summary>
    internal sealed record ChildEnded : ProcessMessage;
}
