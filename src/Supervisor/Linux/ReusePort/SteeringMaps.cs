using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// The memory that the program shares with the daemon: Native/steering_maps.h, whose layout is repeated here. Nothing is locked:
/// see steer.bpf.c for what the program makes of a change half done.
/// </summary>
internal sealed unsafe class SteeringMaps : IDisposable
{
    public const int MostSlots = 16384;
    public const int Flows = 16384;

    private readonly nint _slots;
    private readonly nint _group;
    private readonly nuint _slotsLength;

    private SteeringMaps(nint slots, nuint slotsLength, nint group) => (_slots, _slotsLength, _group) = (slots, slotsLength, group);

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

    /// <summary>The numbers of <c>enum steering_balance</c>.</summary>
    public void SetBalance(Balance balance) => GroupMap->Balance = balance switch
    {
        Balance.Random => 1,
        Balance.Hash => 2,
        Balance.LeastQueue => 3,
        _ => 0,
    };

    public void SetActive(ReadOnlySpan<ushort> slots)
    {
        // A shorter list must not be read past its end: the count goes down before it and up behind it.
        if (slots.Length < GroupMap->Count) Volatile.Write(ref GroupMap->Count, (uint)slots.Length);
        slots.CopyTo(new Span<ushort>(GroupMap->Active, MostSlots));
        Volatile.Write(ref GroupMap->Count, (uint)slots.Length);
    }

    public void SetFlows(ReadOnlySpan<ushort> slots) => slots.CopyTo(new Span<ushort>(GroupMap->Flows, Flows));

    /// <summary>Sends what comes from this port of a client to one slot, whether it is active or not; port 0 for none.</summary>
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
