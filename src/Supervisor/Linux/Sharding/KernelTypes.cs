using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Sharding;

/// <summary>
/// The structures and functions of the kernel, from its type information (BTF: Documentation/bpf/btf.rst). One pass finds the
/// wanted names. Damaged data gives wrong offsets or none, and no exception.
/// </summary>
internal readonly ref struct KernelTypes
{
    private const ushort Magic = 0xeb9f;
    private const int TypeSize = 12;
    private const int MemberSize = 12;
    private const int Structure = 4;
    private const int Union = 5;
    private const int Function = 12;
    private const int MostNested = 8;

    /// <summary>Bytes that follow the head of each kind. <see cref="BytesForEach"/> has those for each member.</summary>
    private static ReadOnlySpan<byte> FixedBytes => [0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];
    private static ReadOnlySpan<byte> BytesForEach => [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];

    private readonly ReadOnlySpan<byte> _types;
    private readonly ReadOnlySpan<byte> _names;
    private readonly Dictionary<string, (uint Id, int At)> _found = [];

    /// <param name="data">Without the header, or of another version, it has no types.</param>
    /// <param name="wanted">Names of structures and functions.</param>
    public KernelTypes(ReadOnlySpan<byte> data, ReadOnlySpan<string> wanted)
    {
        if (!MemoryMarshal.TryRead(data, out Header header) || header.Magic != Magic || header.Version != 1) return;
        _types = Section(data, header.Length, header.TypesOffset, header.TypesLength);
        _names = Section(data, header.Length, header.NamesOffset, header.NamesLength);
        var (at, id) = (0, 1u);
        while (TryHead(at, out var head))
        {
            if (head.Kind is Structure or Function)
                foreach (var name in wanted)
                    if (IsNamed(head.Name, name)) _found.TryAdd(name, (id, at));
            at += head.Size;
            id++;
        }
    }

    /// <returns>The id of a function; 0 if there is none of this name.</returns>
    public uint IdOf(string function) =>
        _found.TryGetValue(function, out var found) && TryHead(found.At, out var head) && head.Kind == Function ? found.Id : 0;

    /// <returns>Bytes from the start of a structure to its member; null if there is none.</returns>
    public int? OffsetOf(string structure, string member) =>
        _found.TryGetValue(structure, out var found) ? OffsetAt(found.At, member, 0) : null;

    private int? OffsetAt(int at, string member, int depth)
    {
        if (depth > MostNested || !TryHead(at, out var head) || head.Kind is not (Structure or Union)) return null;
        for (var number = 0; number < head.Count; number++)
        {
            var entry = MemoryMarshal.Read<Member>(_types[(at + TypeSize + number * MemberSize)..]);
            var bits = head.HasBitFields ? entry.Bits & 0xffffff : entry.Bits;
            if (IsNamed(entry.Name, member)) return (int)(bits / 8);
            // Members of a structure without a name belong to the structure around it.
            if (entry.Name == 0 && OffsetAt(PositionOf(entry.Type), member, depth + 1) is { } inner)
                return (int)(bits / 8) + inner;
        }

        return null;
    }

    private int PositionOf(uint type)
    {
        var at = 0;
        for (var id = 1u; id < type && TryHead(at, out var head); id++) at += head.Size;
        return at;
    }

    private bool TryHead(int at, out Head head)
    {
        head = default;
        if (!MemoryMarshal.TryRead(_types[Math.Min(at, _types.Length)..], out Type type)) return false;
        head = new Head(type.Name, (int)(type.Info >> 24 & 0x1f), (int)(type.Info & 0xffff), type.Info >> 31 != 0, 0);
        if (head.Kind >= FixedBytes.Length) return false;
        head = head with { Size = TypeSize + FixedBytes[head.Kind] + head.Count * BytesForEach[head.Kind] };
        return head.Size <= _types.Length - at;
    }

    private bool IsNamed(uint offset, string name)
    {
        if (offset >= _names.Length || name.Length >= _names.Length - offset) return false;
        var found = _names.Slice((int)offset, name.Length + 1);
        return found[^1] == 0 && System.Text.Ascii.Equals(found[..^1], name);
    }

    private static ReadOnlySpan<byte> Section(ReadOnlySpan<byte> data, uint header, uint offset, uint length)
    {
        var start = (ulong)header + offset;
        return start + length <= (ulong)data.Length ? data.Slice((int)start, (int)length) : [];
    }

    private readonly record struct Head(uint Name, int Kind, int Count, bool HasBitFields, int Size);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Type(uint Name, uint Info, uint Size);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Member(uint Name, uint Type, uint Bits);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Header(
        ushort Magic, byte Version, byte Flags, uint Length,
        uint TypesOffset, uint TypesLength, uint NamesOffset, uint NamesLength);
}
