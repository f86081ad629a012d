namespace Linux.Tests.Steering;

/// <summary>Tests that count BPF programs and maps of this machine. They run in sequence.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProgramsOfTheKernel
{
    public const string Name = "programs of the kernel";
}
