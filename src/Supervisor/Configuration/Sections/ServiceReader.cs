using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>A service, and of what was written what the check across services needs.</summary>
/// <param name="Place">Where its name is written.</param>
/// <param name="UserId">Null where the user is unknown.</param>
/// <param name="Sharding">Null where <c>reuseport</c> is missing or wrong.</param>
internal sealed record ReadService(ServiceSpec Spec, Place Place, uint? UserId, Sharding? Sharding);

/// <summary>One entry under <c>services</c>.</summary>
internal sealed class ServiceReader(LoadContext context)
{
    private const int MostWorkers = 10_000;

    private readonly Accounts accounts = new(context);

    public ReadService Read(string name, Place place, Section service)
    {
        var (user, userId) = accounts.User(service);
        var sharding = ReuseportReader.Read(service, place);
        var process = ProcessReader.Read(service, place, sharding?.Spec ?? ReuseportReader.Unread, user, accounts.Group(service));
        var spec = new ServiceSpec(
            name,
            Workers(service),
            service.Flag("autostart") ?? true,
            process,
            ReadinessReader.Read(service, sharding?.Spec.Ports),
            RestartReader.Read(service),
            new StopSpec(
                service.Signal("stop_signal") ?? StopSpec.Default.Signal,
                service.Duration("stop_grace_period") ?? StopSpec.Default.GracePeriod),
            service.Signal("reload_signal") ?? Signal.Hup,
            UpdateReader.Read(service),
            StallReader.Read(service),
            LoggingReader.Read(service));
        NotYetActedOn.Warn(service, spec);
        service.RejectUnknown(ElsewhereKeys.Find);
        return new ReadService(spec, place, userId, sharding);
    }

    private int Workers(Section service)
    {
        const string accepts = "an integer from 1 to 10000, or auto";
        if (service.Find("workers") is not { } field || field.Text(accepts) is not { } text) return 1;
        return text == "auto"
            ? Math.Clamp(context.AutoWorkers, 1, MostWorkers)
            : field.Integer(text, 1, MostWorkers, accepts) ?? 1;
    }
}
