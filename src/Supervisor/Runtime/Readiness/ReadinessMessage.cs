using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Readiness;

/// <summary>What a task has found out about a process that serves or is to serve.</summary>
internal abstract record ReadinessMessage : Message
{
    private ReadinessMessage() { }

    /// <summary>Ports that sockets of a process serve, as the kernel was asked (where no outcome lines come).</summary>
    internal sealed record PortsSeen(ulong Process, ValueList<int> Ports) : ReadinessMessage;

    /// <summary>Ports that a process was seen to serve when it had settled; null where the kernel does not tell.</summary>
    internal sealed record PortsChecked(ulong Process, ValueList<int>? Ports) : ReadinessMessage;

    /// <summary>Why a process's library never said a word.</summary>
    internal sealed record SilenceExplained(WorkerProcess Process, PreloadDiagnosis Silence) : ReadinessMessage;
}
