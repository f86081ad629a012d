using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// The BPF program of Native/Steering/steer.bpf.c with its maps, for one group. The kernel keeps it while it is attached to a
/// group or held here.
/// </summary>
internal sealed unsafe class SteeringProgram : IDisposable
{
    private readonly Descriptor _sockets;
    private readonly SteeringMaps _maps;

    private SteeringProgram(Descriptor program, Descriptor sockets, SteeringMaps maps) =>
        (Program, _sockets, _maps) = (program, sockets, maps);

    public Descriptor Program { get; }

    public SteeringMaps Maps => _maps;

    /// <param name="slots">Most slots; each takes about 64 bytes of kernel memory, and the group takes 70 KiB.</param>
    /// <param name="errno">
    /// EPERM without CAP_BPF and CAP_NET_ADMIN; EINVAL before Linux 5.14, and without CAP_PERFMON: the verifier then also follows
    /// mispredicted branches, and takes loops for endless.
    /// </param>
    public static SteeringProgram? Load(int slots, out Errno errno)
    {
        Native.Steering opened;
        errno = new Errno(Native.OpenSteering((uint)slots, &opened));
        if (errno != Errno.None) return null;
        var program = new Descriptor(opened.Program);
        var sockets = new Descriptor(opened.Sockets);
        using var slotMap = new Descriptor(opened.Slots);
        using var groupMap = new Descriptor(opened.Group);
        if (SteeringMaps.Open(slotMap, groupMap, slots, out errno) is { } maps)
            return new SteeringProgram(program, sockets, maps);
        program.Dispose();
        sockets.Dispose();
        return null;
    }

    /// <summary>
    /// Assigns the socket to the slot; the former socket is replaced atomically. EINVAL for a socket without a group (not
    /// listening, or not bound), EBUSY for one that is in another map.
    /// </summary>
    public Errno Put(int slot, Descriptor socket) => new(Native.PutSocket(_sockets, (uint)slot, socket));

    /// <summary>ENOENT if the slot had no socket: a closed socket is removed by the kernel.</summary>
    public Errno Remove(int slot) => new(Native.RemoveSocket(_sockets, (uint)slot));

    public void Dispose()
    {
        _maps.Dispose();
        _sockets.Dispose();
        Program.Dispose();
    }
}
