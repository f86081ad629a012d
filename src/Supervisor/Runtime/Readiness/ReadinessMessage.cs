using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Readiness;

/// <summary>The result of a query about a process that serves or starts.</summary>
internal abstract record ReadinessMessage : Message
{
    private ReadinessMessage() { }

    /// <summary>The kernel reports sockets of a process on these ports.</summary>
    internal sealed record PortsSeen(ulong Process, ValueList<int> Ports) : ReadinessMessage;

    /// <summary>The ports that a process serves after its settle time; null if the kernel gives no answer.</summary>
    internal sealed record PortsChecked(ulong Process, ValueList<int>? Ports) : ReadinessMessage;

    /// <summary>The reason why the preload library in a process wrote no line.</summary>
    internal sealed record SilenceExplained(WorkerProcess Process, PreloadDiagnosis Silence) : ReadinessMessage;
}
