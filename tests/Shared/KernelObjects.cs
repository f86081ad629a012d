using System.Globalization;
using System.Runtime.InteropServices;

namespace Tests.Shared;

/// <summary>BPF programs, maps and links, by their ids (bpf(2), BPF_PROG_GET_NEXT_ID).</summary>
internal sealed unsafe partial record KernelObjects(HashSet<uint> Programs, HashSet<uint> Maps, HashSet<uint> Links)
{
    private const nint NextProgram = 11;
    private const nint NextMap = 12;
    private const nint NextLink = 31;
    private const uint AttributeBytes = 128;

    /// <summary>The objects of this machine.</summary>
    public static KernelObjects Now() => new(All(NextProgram), All(NextMap), All(NextLink));

    /// <summary>The objects of which a process has descriptors.</summary>
    public static KernelObjects HeldBy(int pid)
    {
        string[] lines = [.. Directory.EnumerateFiles($"/proc/{pid}/fdinfo").SelectMany(Lines)];
        return new(Numbers("prog_id:"), Numbers("map_id:"), Numbers("link_id:"));

        HashSet<uint> Numbers(string field) =>
        [
            .. lines.Where(line => line.StartsWith(field, StringComparison.Ordinal))
                .Select(line => uint.Parse(line[field.Length..], CultureInfo.InvariantCulture)),
        ];
    }

    public KernelObjects Since(KernelObjects before) =>
        new([.. Programs.Except(before.Programs)], [.. Maps.Except(before.Maps)], [.. Links.Except(before.Links)]);

    /// <summary>The kernel frees these objects some time after the last use.</summary>
    public bool AnyLeft()
    {
        var now = Now();
        return now.Programs.Overlaps(Programs) || now.Maps.Overlaps(Maps) || now.Links.Overlaps(Links);
    }

    private static HashSet<uint> All(nint command)
    {
        var ids = new HashSet<uint>();
        var attributes = stackalloc uint[(int)AttributeBytes / sizeof(uint)];
        while (Call(command, attributes) == 0)
        {
            ids.Add(attributes[1]); // next_id
            attributes[0] = attributes[1]; // start_id
        }

        return ids;
    }

    /// <summary>A descriptor can be closed in the meantime.</summary>
    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static nint Call(nint command, void* attributes) =>
        Call(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321, command, attributes, (nint)AttributeBytes);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint command, void* attributes, nint size);
}
