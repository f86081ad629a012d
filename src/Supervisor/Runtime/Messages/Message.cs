namespace Reuseportd.Runtime.Messages;

/// <summary>What is put into the mailbox of the loop that owns the fleet.</summary>
internal abstract record Message
{
    /// <summary>The loop has ended and takes no message any more. A sender that waits for an answer is told so.</summary>
    public virtual void Refuse() { }

    /// <summary>Asks whether the loop still turns.</summary>
    internal sealed record Ping(Action Answer) : Message;
}
