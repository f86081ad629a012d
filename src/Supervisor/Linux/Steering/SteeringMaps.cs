using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// The memory that the BPF program shares with the daemon; the layouts must match Native/Steering/steering_maps.h. There are no
/// locks: steer.bpf.c describes how the program treats a partial change.
/// </summary>
internal sealed unsafe class SteeringMaps : IDisposable
{
    public const int MostSlots = 16384;
    public const int Flows = 16384;

    private readonly nint _slots;
    private readonly nint _group;
    private readonly nuint _slotsLength;

    private SteeringMaps(nint slots, nuint slotsLength, nint group) =>
        (_slots, _slotsLength, _group) = (slots, slotsLength, group);

    public static SteeringMaps? Open(Descriptor slotMap, Descriptor groupMap, int slots, out Errno errno)
    {
        var length = (nuint)(slots * sizeof(Slot));
        var first = Libc.Map(0, length, Libc.ProtectReadWrite, Libc.MapShared, slotMap, 0);
        errno = first == Libc.MapFailed ? Libc.LastErrno : Errno.None;
        if (errno != Errno.None) return null;
        var second = Libc.Map(0, (nuint)sizeof(Group), Libc.ProtectReadWrite, Libc.MapShared, groupMap, 0);
        if (second != Libc.MapFailed) return new SteeringMaps(first, length, second);
        errno = Libc.LastErrno;
        _ = Libc.Unmap(first, length);
        return null;
    }

    /// <summary>The values of <c>enum steering_balance</c>.</summary>
    public void SetBalance(Balance balance) => GroupMap->Balance = balance switch
    {
        Balance.Default or Balance.RoundRobin => 0,
        Balance.Random => 1,
        Balance.Hash => 2,
        Balance.LeastQueue => 3,
        _ => throw new InvalidOperationException($"no such balance: {balance}"),
    };

    public void SetActive(ReadOnlySpan<ushort> slots)
    {
        // The program must not read past the end of a shorter list: the count is lowered before a change and raised after it.
        if (slots.Length < GroupMap->Count) Volatile.Write(ref GroupMap->Count, (uint)slots.Length);
        slots.CopyTo(new Span<ushort>(GroupMap->Active, MostSlots));
        Volatile.Write(ref GroupMap->Count, (uint)slots.Length);
    }

    /// <summary>The slots that get new connections. The list may be partial if the writer was killed.</summary>
    public ReadOnlySpan<ushort> Active => new(GroupMap->Active, (int)Math.Min(GroupMap->Count, MostSlots));

    public ReadOnlySpan<ushort> FlowSlots => new(GroupMap->Flows, Flows);

    public void SetFlows(ReadOnlySpan<ushort> slots) => slots.CopyTo(new Span<ushort>(GroupMap->Flows, Flows));

    /// <summary>Sends traffic from one client port to one slot, even an inactive one; port 0 for none.</summary>
    public void SetVisitor(int port, int slot)
    {
        Volatile.Write(ref GroupMap->VisitorPort, 0);
        GroupMap->VisitorSlot = (uint)slot;
        Volatile.Write(ref GroupMap->VisitorPort, (uint)port);
    }

    public ref Slot this[int slot] => ref ((Slot*)_slots)[slot];

    public void Dispose()
    {
        _ = Libc.Unmap(_slots, _slotsLength);
        _ = Libc.Unmap(_group, (nuint)sizeof(Group));
    }

    private Group* GroupMap => (Group*)_group;

    /// <summary><c>struct steering_slot</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct Slot
    {
        public ulong Given;
        public ulong Migrated;
        public ulong Load;
        public ulong Owner;
    }

    /// <summary><c>struct steering_group</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Group
    {
        public ulong Turn;
        public uint Balance;
        public uint Count;
        public uint VisitorPort;
        public uint VisitorSlot;
        public fixed ulong Reserved[5];
        public fixed ushort Active[MostSlots];
        public fixed ushort Flows[SteeringMaps.Flows];
    }
}
