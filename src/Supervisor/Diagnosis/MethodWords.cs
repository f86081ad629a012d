using Reuseportd.Model;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Texts for the method that shares a service's ports.</summary>
internal static class MethodWords
{
    /// <summary>The reason for the method, and the remedy if the port is not shared.</summary>
    public static string Of(FailureEvent.MethodUsed used)
    {
        var method = used.Method;
        if (used.Wanted is not ShardingMethod.Auto && used.Wanted != method.Method)
            return $"method {used.Wanted.Word()} cannot be used: {method.Obstacle}";
        if (method.Unreached is not { } unreached)
            return method.Obstacle is { } missing ? $"method kernel cannot be used: {missing}" : OfLibrary(used.Wanted, method);
        var reason = SilenceWords.Of(unreached);
        if (!method.IsUnshared) return reason;
        if (method.Obstacle is { } obstacle) reason += $"; not possible: method kernel: {obstacle}";
        return SilenceWords.Remedy(unreached.Reason) is { } remedy ? $"{reason}; {remedy}" : reason;
    }

    /// <summary>True if the port is not shared, or if the service lacks a method that it needs.</summary>
    public static bool IsWarning(FailureEvent.MethodUsed used) =>
        used.Method.IsUnshared || used.Method.Obstacle is not null;

    private static string OfLibrary(ShardingMethod wanted, MethodChoice method) =>
        wanted is not ShardingMethod.Auto ? "as configured"
        : method.UsesKernel ? "the preload library, and the kernel for programs without the library"
        : "the preload library";
}
