using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Binds;

/// <summary>The result of a query about a process that serves or starts.</summary>
internal abstract record BindMessage : Message
{
    private BindMessage() { }

    /// <summary>The kernel reports sockets of a process on these ports.</summary>
    internal sealed record PortsSeen(ulong Process, ValueList<int> Ports) : BindMessage;

    /// <summary>The ports that a process serves after its settle time; null if the kernel gives no answer.</summary>
    internal sealed record PortsChecked(ulong Process, ValueList<int>? Ports) : BindMessage;

    /// <summary>The process restricts itself by Landlock. Its further binds must stay its own.</summary>
    internal sealed record Confined(ulong Process) : BindMessage;

    /// <summary>The reason why the preload library in a process wrote no line; null if there is none.</summary>
    internal sealed record SilenceExplained(WorkerProcess Process, PreloadDiagnosis? Silence) : BindMessage;
}
