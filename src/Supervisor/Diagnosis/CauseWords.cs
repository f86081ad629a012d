using System.Globalization;

namespace Reuseportd.Diagnosis;

/// <summary>Texts for causes, each with its remedy.</summary>
internal static class CauseWords
{
    private const string NoPair =
        "neither the worker's process nor its replacement has the preload library, so the two cannot share a port";

    public static string Of(Cause cause) => cause switch
    {
        Cause.NoLibrary none => SilenceWords.Remedy(none.Reason, none.Method)!,
        Cause.PortTaken taken => TakenPortWords.Of(taken),
        Cause.PortDenied denied =>
            $"{denied.Endpoint} is a port below {BindCauses.FirstUnprivileged}, which user {denied.User} may not bind; "
            + Remedy(denied),
        Cause.PrivilegedPortsUnused none => NoEffect(none.Reason),
        Cause.AddressMissing missing =>
            $"no interface has the address of {missing.Endpoint}; correct the address that the program binds, or add it to an "
            + "interface",
        Cause.BoundElsewhere other =>
            $"the process bound {other.Endpoint} and does not share it, as {Of(other.Why)}; {Remedy(other.Why)}",
        Cause.HasFailed failed => $"'reuseportctl start {failed.Service}' starts the worker again",
        Cause.NeitherHasLibrary neither => $"{NoPair}: {UpdateWords.Of(neither.Remedy)}",
        _ => throw new InvalidOperationException($"no such cause: {cause}"),
    };

    /// <param name="service">The service that the filter belongs to; null for the worker's own.</param>
    public static string Of(FilterMismatch mismatch, string? service = null)
    {
        var of = service is null ? "" : $" of {service}";
        return mismatch switch
        {
            FilterMismatch.OfAddress other => $"'reuseport.address'{of} does not contain {other.Address}",
            FilterMismatch.OfPort other => string.Create(
                CultureInfo.InvariantCulture, $"'reuseport.ports'{of} has {other.Filter} and not {other.Port}"),
            _ => throw new InvalidOperationException($"no such mismatch: {mismatch}"),
        };
    }

    private static string NoEffect(string reason) =>
        $"'privileged_ports' has no effect, as method kernel cannot be used: {reason}";

    private static string Remedy(Cause.PortDenied denied)
    {
        var give = denied.CanGiveCapability
            ? "give the service 'ambient_capabilities: [net_bind_service]'"
            : "start the daemon with the capability (in its unit: 'AmbientCapabilities=CAP_NET_BIND_SERVICE')";
        if (denied.NoPrivilegedPorts is { } reason)
            return $"{NoEffect(reason)}; {give}";
        if (denied.Unlisted is { } unlisted)
            return $"'privileged_ports' permits listed ports only, and {Of(unlisted)}; add the port to the list, or {give}";
        return denied.WouldBePermitted ? $"set 'reuseport.privileged_ports: true', or {give}" : give;
    }

    public static string Remedy(FilterMismatch mismatch) => mismatch is FilterMismatch.OfAddress
        ? "correct 'reuseport.address', or the address that the program binds"
        : "correct 'reuseport.ports', or the port that the program binds";
}
