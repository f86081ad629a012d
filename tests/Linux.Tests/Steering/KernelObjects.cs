using System.Runtime.InteropServices;

namespace Linux.Tests.Steering;

/// <summary>BPF programs and maps of this machine, by their ids (bpf(2), BPF_PROG_GET_NEXT_ID).</summary>
internal sealed unsafe partial record KernelObjects(HashSet<uint> Programs, HashSet<uint> Maps)
{
    private const nint NextProgram = 11;
    private const nint NextMap = 12;

    public static KernelObjects Now() => new(All(NextProgram), All(NextMap));

    public KernelObjects Since(KernelObjects before) =>
        new([.. Programs.Except(before.Programs)], [.. Maps.Except(before.Maps)]);

    /// <summary>The kernel frees these objects some time after the last use.</summary>
    public bool AnyLeft()
    {
        var now = Now();
        return now.Programs.Overlaps(Programs) || now.Maps.Overlaps(Maps);
    }

    private static HashSet<uint> All(nint command)
    {
        var ids = new HashSet<uint>();
        var attributes = stackalloc uint[32];
        while (true)
        {
            var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321;
            if (Call(number, command, attributes, 128) != 0) return ids;
            ids.Add(attributes[1]); // next_id
            attributes[0] = attributes[1]; // start_id
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint command, void* attributes, nint size);
}

/// <summary>Tests that count such objects. They run in sequence.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProgramsOfTheKernel
{
    public const string Name = "programs of the kernel";
}
