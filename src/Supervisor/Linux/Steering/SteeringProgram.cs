using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// The BPF program of Native/Steering/steer.bpf.c with its maps, for one group. The kernel keeps it while it is attached to a
/// group or held here.
/// </summary>
internal sealed unsafe class SteeringProgram : IDisposable
{
    /// <summary>The number of descriptors of a program with its maps.</summary>
    public const int NumberCount = 4;

    private readonly Descriptor _sockets;
    private readonly Descriptor _slotMap;
    private readonly Descriptor _groupMap;
    private readonly SteeringMaps _maps;

    private SteeringProgram(Descriptor[] opened, SteeringMaps maps, int capacity)
    {
        (Program, _sockets, _slotMap, _groupMap) = (opened[0], opened[1], opened[2], opened[3]);
        (_maps, Capacity) = (maps, capacity);
    }

    /// <summary>The descriptors of the program and of its maps, for <see cref="Resume"/>.</summary>
    public int[] Numbers => [Program.Number, _sockets.Number, _slotMap.Number, _groupMap.Number];

    public Descriptor Program { get; }

    public SteeringMaps Maps => _maps;

    /// <summary>The number of slots.</summary>
    public int Capacity { get; }

    /// <param name="slots">Most slots; each takes about 64 bytes of kernel memory, and the group takes 70 KiB.</param>
    /// <param name="errno">
    /// EPERM without CAP_BPF and CAP_NET_ADMIN; EINVAL before Linux 5.14, and without CAP_PERFMON: the verifier then also follows
    /// mispredicted branches, and takes loops for endless.
    /// </param>
    public static SteeringProgram? Load(int slots, out Errno errno)
    {
        Native.Steering opened;
        errno = new Errno(Native.OpenSteering((uint)slots, &opened));
        return errno == Errno.None ? Open(opened, slots, out errno) : null;
    }

    /// <summary>The program that an earlier daemon has loaded.</summary>
    /// <param name="numbers">See <see cref="Numbers"/>; closed after an error.</param>
    /// <param name="errno">EINVAL if these are not the descriptors of such a program.</param>
    public static SteeringProgram? Resume(ReadOnlySpan<int> numbers, out Errno errno)
    {
        var named = new Native.Steering
        {
            Program = numbers[0], Sockets = numbers[1], Slots = numbers[2], Group = numbers[3],
        };
        var slots = 0u;
        errno = new Errno(Native.CheckSteering(&named, &slots));
        if (errno == Errno.None) return Open(named, (int)slots, out errno);
        foreach (var number in numbers) new Descriptor(number).Dispose();
        return null;
    }

    /// <summary>
    /// Assigns the socket to the slot; the former socket is replaced atomically. EINVAL for a socket without a group (not
    /// listening, or not bound), EBUSY for one that is in a map, even at this slot.
    /// </summary>
    public Errno Put(int slot, Descriptor socket) => new(Native.PutSocket(_sockets, (uint)slot, socket));

    /// <summary>ENOENT if the slot had no socket: a closed socket is removed by the kernel.</summary>
    public Errno Remove(int slot) => new(Native.RemoveSocket(_sockets, (uint)slot));

    /// <summary>The cookie of the slot's socket (SO_COOKIE, socket(7)); 0 for a slot without a socket.</summary>
    public ulong CookieAt(int slot)
    {
        ulong cookie = 0;
        return Native.CookieOf(_sockets, (uint)slot, &cookie) == 0 ? cookie : 0;
    }

    public void Dispose()
    {
        _maps.Dispose();
        _slotMap.Dispose();
        _groupMap.Dispose();
        _sockets.Dispose();
        Program.Dispose();
    }

    private static SteeringProgram? Open(Native.Steering numbers, int slots, out Errno errno)
    {
        Descriptor[] opened = [new(numbers.Program), new(numbers.Sockets), new(numbers.Slots), new(numbers.Group)];
        var maps = SteeringMaps.Open(opened[2], opened[3], slots, out errno);
        if (maps is not null) return new SteeringProgram(opened, maps, slots);
        foreach (var one in opened) one.Dispose();
        return null;
    }
}
