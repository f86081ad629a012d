using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

/// <summary>The steering of a daemon that crashes, and of the next daemon.</summary>
internal static class CrashedSteering
{
    public static ProgramSteering Begin(SharedPort port) => new(port.Key, Balance.Default, workers: 4);

    /// <summary>The steering of the next daemon, which has duplicates of the descriptors.</summary>
    public static ProgramSteering Resume(SteeredGroup saved) => new(Duplicate(saved), Balance.Default);

    public static SteeredGroup Duplicate(SteeredGroup saved)
    {
        using var self = Pidfd.Open(Environment.ProcessId, out _)!;
        return saved with { Numbers = [.. saved.Numbers.Select(number => (int)Libc.PidfdGetFd(self, number))] };
    }

    public static bool IsProgramOrMap(int number) =>
        new FileInfo($"/proc/self/fd/{number}").LinkTarget?.Contains("bpf", StringComparison.Ordinal) == true;
}
