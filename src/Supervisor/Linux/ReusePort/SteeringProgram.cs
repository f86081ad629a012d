using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// The program of Native/steer.bpf.c with its maps, for one group. The kernel keeps it for as long as it is attached to a group
/// or held here.
/// </summary>
internal sealed unsafe class SteeringProgram : IDisposable
{
    private readonly Descriptor _sockets;
    private readonly SteeringMaps _maps;

    private SteeringProgram(Descriptor program, Descriptor sockets, SteeringMaps maps) =>
        (Program, _sockets, _maps) = (program, sockets, maps);

    public Descriptor Program { get; }

    public SteeringMaps Maps => _maps;

    /// <param name="slots">How many there may be; some 64 bytes of the kernel's memory each, and 70 KiB for the group.</param>
    /// <param name="errno">
    /// EPERM without CAP_BPF and CAP_NET_ADMIN; EINVAL before Linux 5.14, and without CAP_PERFMON: the verifier then follows
    /// mispredicted branches as well, and takes loops for endless.
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
        if (SteeringMaps.Open(slotMap, groupMap, slots, out errno) is { } maps) return new SteeringProgram(program, sockets, maps);
        program.Dispose();
        sockets.Dispose();
        return null;
    }

    /// <summary>
    /// From now on the slot is this socket; what it was before is out in the same moment. EINVAL for one that is not in a group
    /// (not listening, or not bound), EBUSY for one that is in such a map already.
    /// </summary>
    public Errno Put(int slot, Descriptor socket) => new(Native.PutSocket(_sockets, (uint)slot, socket));

    /// <summary>ENOENT where there was none: a socket that closes leaves by itself.</summary>
    public Errno Remove(int slot) => new(Native.RemoveSocket(_sockets, (uint)slot));

    public void Dispose()
    {
        _maps.Dispose();
        _sockets.Dispose();
        Program.Dispose();
    }
}
