using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Texts for the states of the host.</summary>
internal static class HostWords
{
    /// <summary>The name of the state, for programs.</summary>
    public static string Of(HostState state) => state switch
    {
        HostState.Serving => "serving",
        HostState.Leaving => "leaving",
        HostState.Draining => "draining",
        HostState.Drained => "drained",
        HostState.Stopping => "stopping",
        _ => throw new InvalidOperationException($"no such host state: {state}"),
    };

    /// <returns>Null if the host serves.</returns>
    public static string? WhyNotServing(HostState state) => state switch
    {
        HostState.Serving => null,
        HostState.Leaving => "the host leaves its load balancers",
        HostState.Draining => "the host drains",
        HostState.Drained => "the host is drained",
        HostState.Stopping => "the daemon is stopping",
        _ => throw new InvalidOperationException($"no such host state: {state}"),
    };
}
