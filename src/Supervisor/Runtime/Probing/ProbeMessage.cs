using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Probing;

/// <summary>A report from a probe to the loop.</summary>
internal abstract record ProbeMessage : Message
{
    private ProbeMessage() { }

    /// <summary>A probe has ended.</summary>
    /// <param name="Failure">Null if the worker serves; else the reason, for people.</param>
    internal sealed record ProbeAnswered(ulong Process, ProbeKind Kind, string? Failure) : ProbeMessage;
}
