using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Probing;

/// <summary>What a probe reports to the loop.</summary>
internal abstract record ProbeMessage : Message
{
    private ProbeMessage() { }

    /// <summary>A probe has ended.</summary>
    /// <param name="Failure">Null where the worker serves; else why it does not, for people.</param>
    internal sealed record ProbeAnswered(ulong Process, ProbeKind Kind, string? Failure) : ProbeMessage;
}
