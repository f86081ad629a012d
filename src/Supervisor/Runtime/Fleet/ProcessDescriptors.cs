using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// Descriptors of one process that a successor of the daemon needs. Other parts of the daemon may have closed them.
/// </summary>
internal sealed class ProcessDescriptors
{
    /// <summary>The pidfd; null until the process is in the table of processes.</summary>
    public DescriptorIdentity? Handle { get; private set; }

    /// <summary>Null if the process has no such pipe.</summary>
    public DescriptorIdentity? Stdout { get; private set; }

    /// <inheritdoc cref="Stdout"/>
    public DescriptorIdentity? Stderr { get; private set; }

    /// <summary>Reports the calls of the process that the daemon answers; null if it answers none.</summary>
    public DescriptorIdentity? Calls { get; private set; }

    public void NoteHandle(Descriptor handle) => Handle = DescriptorIdentity.Of(handle);

    public void NotePipe(OutputStream stream, Descriptor pipe)
    {
        if (stream == OutputStream.Stdout) Stdout = DescriptorIdentity.Of(pipe);
        else Stderr = DescriptorIdentity.Of(pipe);
    }

    public void NoteCalls(Descriptor listener) => Calls = DescriptorIdentity.Of(listener);
}
