namespace Reuseportd.Runtime.Messages;

/// <summary>A message to the loop that owns the fleet.</summary>
internal abstract record Message
{
    /// <summary>Tells a sender that waits for an answer that none comes: the loop has ended.</summary>
    public virtual void Refuse() { }

    /// <summary>Checks that the loop still turns.</summary>
    internal sealed record Ping(Action Answer) : Message
    {
        /// <summary>Called instead of <see cref="Answer"/> if the loop has ended.</summary>
        public Action? Refused { get; init; }

        public override void Refuse() => Refused?.Invoke();
    }
}
