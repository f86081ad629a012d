using System.Net.Sockets;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>A socket that listens.</summary>
internal interface IListener : IDisposable
{
    /// <summary>Readable while a client waits.</summary>
    Descriptor Descriptor { get; }

    /// <summary>The socket of the next client, non-blocking and close-on-exec. Does not wait.</summary>
    /// <param name="errno">EAGAIN if no client waits; see accept(2).</param>
    SafeSocketHandle? TryAccept(out Errno errno);
}
