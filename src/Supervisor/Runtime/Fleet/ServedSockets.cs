using Reuseportd.Model;

namespace Reuseportd.Runtime.Fleet;

/// <summary>The sockets and ports that a process serves or has served.</summary>
/// <param name="most">The daemon remembers at most this many of each.</param>
internal sealed class ServedSockets(int most)
{
    private readonly Queue<(ulong Inode, int Pid, int Descriptor)> _sockets = new();

    /// <summary>The newest sockets. Several sockets may have the same address and port.</summary>
    public IReadOnlyCollection<(ulong Inode, int Pid, int Descriptor)> Sockets => _sockets;

    /// <summary>Ports that sock_diag reported for the process, in ascending order.</summary>
    public ValueList<int> KernelPorts { get; private set; } = [];

    /// <param name="pid">The process that bound the socket.</param>
    /// <param name="descriptor">Its descriptor of the socket; -1 if it is not known.</param>
    public void Add(ulong inode, int pid, int descriptor)
    {
        if (_sockets.Count == most) _sockets.Dequeue();
        _sockets.Enqueue((inode, pid, descriptor));
    }

    public void AddKernelPorts(ValueList<int> ports) => KernelPorts = new([.. KernelPorts.Union(ports).Order().Take(most)]);
}
