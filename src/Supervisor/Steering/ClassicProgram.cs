using System.Runtime.InteropServices;

namespace Reuseportd.Steering;

/// <summary><c>struct sock_filter</c> of linux/filter.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ClassicInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

/// <summary>
/// Builds classic BPF programs that return an index into a group of sockets. For an index past the end of the group, the kernel
/// uses its own hash.
/// </summary>
internal static class ClassicProgram
{
    private const ushort LoadWord = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private const ushort LoadByte = 0x30;
    private const ushort LoadHalf = 0x28;
    private const ushort LoadHalfIndirect = 0x48;
    private const ushort LoadHeaderLength = 0xb1; // BPF_LDX | BPF_B | BPF_MSH
    private const ushort Store = 0x02;
    private const ushort LoadStored = 0x61; // BPF_LDX | BPF_MEM
    private const ushort JumpAlways = 0x05;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfNotLess = 0x35;
    private const ushort Multiply = 0x24;
    private const ushort Modulo = 0x94;
    private const ushort ShiftRight = 0x74;
    private const ushort ExclusiveOr = 0xac; // with X
    private const ushort Return = 0x06;

    private const uint Network = unchecked((uint)-0x100000); // SKF_NET_OFF
    private const uint RandomNumber = unchecked((uint)-0x1000 + 56); // SKF_AD_OFF + SKF_AD_RANDOM

    /// <summary>Returns one of the indices, each with the same probability.</summary>
    /// <param name="indices">At least one.</param>
    public static ClassicInstruction[] Random(IReadOnlyList<int> indices) =>
        [new(LoadWord, 0, 0, RandomNumber), new(Modulo, 0, 0, (uint)indices.Count), .. Choice(indices)];

    /// <summary>Selects by source address and port: packets of one flow always get the same index.</summary>
    /// <param name="indices">The index of each bucket; the number of buckets is a power of two, at least 2.</param>
    public static ClassicInstruction[] Hash(IReadOnlyList<int> indices)
    {
        var shift = (uint)(32 - int.Log2(indices.Count));
        return [.. SourceHash(), new(ShiftRight, 0, 0, shift), .. Choice(indices)];
    }

    /// <summary>Hashes the source. IPv6 is assumed to have no extension headers: with some, only the address is hashed.</summary>
    private static ClassicInstruction[] SourceHash()
    {
        ClassicInstruction[] version6 =
        [
            new(LoadHalf, 0, 0, Network + 40), .. Port(),
            .. WordOfAddress(8), .. WordOfAddress(12), .. WordOfAddress(16), .. WordOfAddress(20),
        ];
        ClassicInstruction[] version4 =
        [
            new(LoadHeaderLength, 0, 0, Network), new(LoadHalfIndirect, 0, 0, Network), .. Port(), .. WordOfAddress(12),
        ];
        return
        [
            new(LoadByte, 0, 0, Network), new(ShiftRight, 0, 0, 4),
            new(JumpIfEqual, 0, (byte)(version4.Length + 1), 4), .. version4, new(JumpAlways, 0, 0, (uint)version6.Length),
            .. version6,
            // The high bits of a product depend on the most bits, so these are taken.
            .. Mixed(16, 0x85ebca6b), new(Store, 0, 0, 0), .. Mixed(13, 0xc2b2ae35),
        ];
    }

    /// <summary>
    /// Spreads the port over all bits; otherwise neighbouring ports and neighbouring addresses would cancel each other out.
    /// </summary>
    private static ClassicInstruction[] Port() => [new(Multiply, 0, 0, 0xc2b2ae3d), new(Store, 0, 0, 0)];

    /// <summary>Mixes the value that is both stored and in the accumulator.</summary>
    private static ClassicInstruction[] Mixed(uint shift, uint factor) =>
        [new(ShiftRight, 0, 0, shift), new(LoadStored, 0, 0, 0), new(ExclusiveOr, 0, 0, 0), new(Multiply, 0, 0, factor)];

    /// <summary>Mixes a word of the address into the stored value, and loads the result into the accumulator.</summary>
    private static ClassicInstruction[] WordOfAddress(uint offset) =>
    [
        new(LoadWord, 0, 0, Network + offset), new(LoadStored, 0, 0, 0), new(ExclusiveOr, 0, 0, 0),
        new(Multiply, 0, 0, 0x9e3779b1), new(Store, 0, 0, 0),
    ];

    /// <summary>A binary search for the run of equal indices that contains the number in the accumulator.</summary>
    private static List<ClassicInstruction> Choice(IReadOnlyList<int> indices)
    {
        var starts = Enumerable.Range(0, indices.Count).Where(at => at == 0 || indices[at] != indices[at - 1]).ToArray();
        return Search(starts, indices);
    }

    private static List<ClassicInstruction> Search(ReadOnlySpan<int> starts, IReadOnlyList<int> indices)
    {
        if (starts.Length == 1) return [new(Return, 0, 0, (uint)indices[starts[0]])];
        var middle = starts.Length / 2;
        var below = Search(starts[..middle], indices);
        var above = Search(starts[middle..], indices);
        // A conditional jump reaches 255 instructions.
        return below.Count <= byte.MaxValue
            ? [new(JumpIfNotLess, (byte)below.Count, 0, (uint)starts[middle]), .. below, .. above]
            : [new(JumpIfNotLess, 0, 1, (uint)starts[middle]), new(JumpAlways, 0, 0, (uint)below.Count), .. below, .. above];
    }
}
