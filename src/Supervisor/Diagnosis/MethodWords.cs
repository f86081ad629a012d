using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Texts for the method that shares a service's ports.</summary>
internal static class MethodWords
{
    /// <summary>The method of a process whose port no method shares.</summary>
    public const string None = "none";

    /// <summary>The reason for the method, and the remedy if the port is not shared.</summary>
    public static string Of(MethodChoice method)
    {
        var reason = Reason(method);
        if (method.NoPrivilegedPorts is { } missing)
        {
            if (method.Obstacle is null) reason += $"; method kernel cannot be used: {missing}";
            reason += "; 'privileged_ports' has no effect";
        }

        return method is { IsUnshared: true, Unreached.Reason: var unreached }
            && SilenceWords.Remedy(unreached, method) is { } remedy
                ? $"{reason}; {remedy}"
                : reason;
    }

    /// <summary>True if the port is not shared, or if the service lacks a method that it needs.</summary>
    public static bool IsWarning(MethodChoice method) =>
        method.IsUnshared || method.Obstacle is not null || method.NoPrivilegedPorts is not null;

    /// <summary>The word for the method that shares the port of a worker.</summary>
    public static string? Word(WorkerSnapshot worker) => worker.Method switch
    {
        null => null,
        { IsObserved: false } method
            when worker.Binds.Count == 0 && (method.IsUnshared || BindCauses.IsKeptOut(worker.Silence)) => None,
        var method => method.Method.Word(),
    };

    /// <summary>The change that lets another method share the port; null if none is known.</summary>
    public static string? Change(MethodChoice method, PreloadReason unreached) => method.Remedy switch
    {
        MethodRemedy.RemoveMethod => $"remove 'method: {method.Wanted.Word()}'",
        MethodRemedy.DelegateGroup => "give the daemon a delegated control group",
        // A program under such a filter gains no privileges.
        _ when unreached is PreloadReason.SetIdentity => null,
        MethodRemedy.ConfigureSeccomp => "set 'method: seccomp'",
        MethodRemedy.SetNoNewPrivileges => "set 'no_new_privileges: true'",
        _ => null,
    };

    private static string Reason(MethodChoice method)
    {
        if (method.Wanted is not ShardingMethod.Auto && method.Wanted != method.Method)
            return $"method {method.Wanted.Word()} cannot be used: {method.Obstacle}";
        if (method.Unreached is not { } unreached) return OfLibrary(method);
        var reason = SilenceWords.Of(unreached);
        return method is { IsUnshared: true, Obstacle: { } obstacle }
            ? $"{reason}; not possible: method kernel: {obstacle}"
            : reason;
    }

    private static string OfLibrary(MethodChoice method) => method switch
    {
        { Wanted: not ShardingMethod.Auto } => "as configured",
        { UsesKernel: true } => "the preload library, and the kernel for programs without the library",
        _ => "the preload library",
    };
}
