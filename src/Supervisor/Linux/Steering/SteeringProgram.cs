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
    private readonly Descriptor _slotMap;
    private readonly Descriptor _groupMap;
    private readonly SteeringMaps _maps;

    private SteeringProgram(Descriptor program, Descriptor sockets, Descriptor slotMap, Descriptor groupMap, SteeringMaps maps) =>
        (Program, _sockets, _slotMap, _groupMap, _maps) = (program, sockets, slotMap, groupMap, maps);

    /// <summary>The descriptors of the program and of its maps, for <see cref="Resume"/>.</summary>
    public int[] Numbers => [Program.Number, _sockets.Number, _slotMap.Number, _groupMap.Number];

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
        return Resume([opened.Program, opened.Sockets, opened.Slots, opened.Group], slots, out errno);
    }

    /// <summary>The program that an earlier program of this process has loaded.</summary>
    /// <param name="numbers">See <see cref="Numbers"/>; closed after an error.</param>
    public static SteeringProgram? Resume(IReadOnlyList<int> numbers, int slots, out Errno errno)
    {
        Descriptor[] opened = [.. numbers.Select(number => new Descriptor(number))];
        if (SteeringMaps.Open(opened[2], opened[3], slots, out errno) is { } maps)
            return new SteeringProgram(opened[0], opened[1], opened[2], opened[3], maps);
        foreach (var one in opened) one.Dispose();
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
        _slotMap.Dispose();
        _groupMap.Dispose();
        _sockets.Dispose();
        Program.Dispose();
    }
}
