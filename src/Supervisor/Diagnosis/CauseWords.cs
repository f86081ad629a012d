using System.Globalization;

namespace Reuseportd.Diagnosis;

/// <summary>Causes in plain words, each with what helps.</summary>
internal static class CauseWords
{
    private const string Correct = "correct that, or what the program takes";
    private const string NoPair =
        "neither it nor the process that it was to replace has the preload library, so the two cannot have one port";

    public static string Of(Cause cause) => cause switch
    {
        Cause.NoLibrary none => SilenceWords.Remedy(none.Reason)!,
        Cause.PortTaken taken => TakenPortWords.Of(taken),
        Cause.PortDenied denied =>
            $"{denied.Endpoint} is a port below {BindCauses.FirstUnprivileged}, which user {denied.User} may not bind; "
            + "give the service 'ambient_capabilities: [net_bind_service]'",
        Cause.BoundElsewhere other => $"it bound {other.Endpoint}, which it does not share, as {Of(other.Why)}; {Correct}",
        Cause.HasFailed failed => $"'reuseportctl start {failed.Service}' tries it again",
        Cause.NeitherHasLibrary neither => $"{NoPair}: {UpdateWords.Of(neither.Remedy)}",
        _ => throw new InvalidOperationException($"no such cause: {cause}"),
    };

    public static string Of(FilterMismatch mismatch) => mismatch switch
    {
        FilterMismatch.OfAddress other => $"'reuseport.address' does not contain {other.Address}",
        FilterMismatch.OfPort other => string.Create(
            CultureInfo.InvariantCulture, $"'reuseport.ports' has {other.Filter} and not {other.Port}"),
        _ => throw new InvalidOperationException($"no such mismatch: {mismatch}"),
    };
}
