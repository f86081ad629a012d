using System.Runtime.InteropServices;

namespace Tests.Shared;

/// <summary>A BPF map of the type BPF_MAP_TYPE_CGROUP_STORAGE: one entry for each cgroup with the programs of the map.</summary>
internal static unsafe partial class CgroupStorage
{
    private const nint NextKey = 4;
    private const nint Open = 14; // BPF_MAP_GET_FD_BY_ID
    private const nint Info = 15; // BPF_OBJ_GET_INFO_BY_FD
    private const uint Type = 19;
    private const int InfoBytes = 64;
    private const int MostKeyBytes = 16;

    /// <summary>Number of entries of the only such map.</summary>
    public static int Entries(IEnumerable<uint> maps) => Assert.Single(maps.Select(Count).OfType<int>());

    /// <returns>Null for a map of another type.</returns>
    private static int? Count(uint map)
    {
        var attributes = stackalloc ulong[4] { map, 0, 0, 0 };
        var descriptor = (int)Call(Open, attributes);
        Assert.InRange(descriptor, 0, int.MaxValue);
        var info = stackalloc uint[InfoBytes / sizeof(uint)];
        (attributes[0], attributes[1]) = ((uint)descriptor | (ulong)InfoBytes << 32, (ulong)info);
        Assert.Equal(0, Call(Info, attributes));
        int? count = info[0] == Type ? 0 : null;
        var keys = stackalloc byte[2 * MostKeyBytes];
        (attributes[0], attributes[1], attributes[2]) = ((uint)descriptor, 0, (ulong)keys);
        while (count is not null && Call(NextKey, attributes) == 0)
        {
            count++;
            (attributes[1], attributes[2]) = (attributes[2], (ulong)(attributes[2] == (ulong)keys ? keys + MostKeyBytes : keys));
        }

        _ = Close(descriptor);
        return count;
    }

    private static nint Call(nint command, ulong* attributes) =>
        Call(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321, command, attributes, 32);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint command, void* attributes, nint size);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
