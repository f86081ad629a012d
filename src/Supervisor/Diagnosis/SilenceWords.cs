using Reuseportd.Linux.Preload;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Texts for the reasons why the preload library in a process is silent, and for the remedies.</summary>
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
        PreloadReason.EnvironmentCleared => $"LD_PRELOAD was removed from the environment before {silence.Detail} was executed",
        PreloadReason.LoadedSilently => "the library is loaded, but its lines do not reach the daemon",
        PreloadReason.ExitedBeforeMain => $"exited before main: {silence.Detail}",
        _ => $"the daemon found no reason in {silence.Detail} or its environment",
    };

    /// <param name="method">The method of the process; null if it is not known.</param>
    /// <returns>Null if no remedy is known.</returns>
    public static string? Remedy(PreloadReason reason, MethodChoice? method = null)
    {
        if (Library(reason) is { } library) return $"the worker does not share its port: {library}";
        if (Program(reason) is not { } program) return null;
        var change = method is null ? null : MethodWords.Change(method, reason);
        return $"the worker does not share its port: {(change is null ? "" : $"{change}; or ")}{program}";
    }

    private static string? Library(PreloadReason reason) => reason switch
    {
        PreloadReason.LibraryMissing => "install the preload library again",
        PreloadReason.LibraryNotReadable => "let the worker's user read the library and search its directories",
        _ => null,
    };

    private static string? Program(PreloadReason reason) => reason switch
    {
        PreloadReason.StaticallyLinked => "link the program dynamically with the system's libc, or run one worker",
        PreloadReason.OwnSystemCalls => "let the program set SO_REUSEPORT itself (net.ListenConfig), or run one worker",
        PreloadReason.SetIdentity =>
            "remove the set-uid and set-gid bits and the file capabilities; "
            + "give the service 'user' or 'ambient_capabilities' instead",
        PreloadReason.EnvironmentCleared => "start the program without a wrapper that clears the environment (env -i, sudo)",
        PreloadReason.DifferentLibc or PreloadReason.DifferentArchitecture =>
            "use a build of the program for this system, or run one worker",
        _ => null,
    };

    /// <summary>The reason why the binds of a worker are unknown, and the ports that the kernel shows instead.</summary>
    /// <param name="why">Null if the daemon does not know yet whether outcomes will come.</param>
    public static string UnknownBinds(OutcomesMissing? why, IReadOnlyCollection<int> kernelPorts) => "binds unknown: "
        + why switch
    {
        OutcomesMissing.DebugOff => "'reuseport.debug' is false",
        OutcomesMissing.StderrElsewhere => "the daemon does not read 'stderr'",
        OutcomesMissing.NoLibrary => "the preload library is not loaded",
        _ => "no outcome has come yet",
    } + (kernelPorts.Count == 0 ? "" : $"; the kernel shows that the worker serves port {string.Join(',', kernelPorts)}");
}
