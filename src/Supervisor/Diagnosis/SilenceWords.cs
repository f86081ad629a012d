using Reuseportd.Linux.Spawning;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Why the preload library in a process is silent, and what helps.</summary>
internal static class SilenceWords
{
    public static string Of(PreloadDiagnosis silence) => silence.Reason switch
    {
        PreloadReason.NotElf => $"not ELF: {silence.Detail}",
        PreloadReason.StaticallyLinked => $"statically linked: {silence.Detail}",
        PreloadReason.OwnSystemCalls => $"a Go program, which makes its system calls without libc: {silence.Detail}",
        PreloadReason.SetIdentity => $"set-uid, set-gid or with file capabilities: {silence.Detail}",
        PreloadReason.DifferentArchitecture => $"made for another architecture: {silence.Detail}",
        PreloadReason.DifferentLibc => $"made for another libc: {silence.Detail}",
        PreloadReason.LibraryMissing => $"the library is missing: {silence.Detail}",
        PreloadReason.LibraryNotReadable => $"the worker's user cannot read the library: {silence.Detail}",
        PreloadReason.EnvironmentCleared => $"LD_PRELOAD was taken out of the environment before {silence.Detail} was executed",
        PreloadReason.LoadedSilently => "the library is loaded, but its lines went elsewhere",
        PreloadReason.ExitedBeforeMain => $"exited before main: {silence.Detail}",
        _ => $"nothing in {silence.Detail} or its environment explains it",
    };

    /// <returns>Null where nothing is known to help.</returns>
    public static string? Remedy(PreloadReason reason) => reason switch
    {
        PreloadReason.StaticallyLinked =>
            "its port is not shared: build it to use the system's libc dynamically, or run one worker of it",
        PreloadReason.OwnSystemCalls =>
            "its port is not shared for it: have it set SO_REUSEPORT itself (net.ListenConfig), or run one worker of it",
        PreloadReason.SetIdentity =>
            "its port is not shared: take the bit away and give the service 'user' or 'ambient_capabilities' instead",
        PreloadReason.EnvironmentCleared =>
            "its port is not shared: start the program itself, with nothing before it that clears the environment (env -i, sudo)",
        PreloadReason.DifferentLibc or PreloadReason.DifferentArchitecture =>
            "its port is not shared: use a build of the program for this system, or run one worker of it",
        PreloadReason.LibraryMissing => "its port is not shared: install the library again",
        PreloadReason.LibraryNotReadable => "its port is not shared: let that user read it and enter its folders",
        _ => null,
    };

    /// <summary>Why the sockets of a worker are not in the list of binds, and what the kernel shows instead.</summary>
    public static string Untold(OutcomesMissing why, IReadOnlyCollection<int> kernelPorts) => "not told: " + why switch
    {
        OutcomesMissing.DebugOff => "'reuseport.debug' is false",
        OutcomesMissing.StderrElsewhere => "'stderr' does not come to the daemon",
        _ => "the preload library is not in it",
    } + (kernelPorts.Count == 0 ? "" : $"; by what the kernel says it serves port {string.Join(',', kernelPorts)}");
}
