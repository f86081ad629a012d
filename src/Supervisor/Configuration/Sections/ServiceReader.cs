using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>A service, and of what was written what the check across services needs.</summary>
/// <param name="Place">Where its name is written.</param>
/// <param name="UserId">Null where the user is unknown.</param>
/// <param name="Sharding">Null where <c>reuseport</c> is missing or wrong.</param>
/// <param name="Dependencies">As <see cref="ServiceSpec.DependsOn"/>, with their places.</param>
internal sealed record ReadService(
    ServiceSpec Spec, Place Place, uint? UserId, Sharding? Sharding, IReadOnlyList<Dependency> Dependencies);

/// <summary>One entry under <c>services</c>.</summary>
internal sealed class ServiceReader(LoadContext context)
{
    public const int MostWorkers = 10_000;

    private readonly Accounts accounts = new(context);

    public ReadService Read(string name, Place place, Section service)
    {
        var (user, userId) = accounts.User(service);
        var sharding = ReuseportReader.Read(service, place);
        var reuseport = sharding?.Spec ?? ReuseportReader.Unread;
        var process = ProcessReader.Read(service, place, reuseport, user, accounts.Group(service), context.Controllers) with
        {
            Privileges = PrivilegesReader.Read(service, accounts, context, userId),
        };
        var dependencies = DependencyReader.Read(service);
        var probed = new ProbedService(name, Workers(service), sharding?.Spec.Ports);
        var spec = new ServiceSpec(
            name,
            probed.Workers,
            service.Flag("autostart") ?? true,
            [.. dependencies.Select(dependency => dependency.Service)],
            process,
            ReadinessReader.Read(service, probed),
            LivenessReader.Read(service, probed),
            RecycleReader.Read(service),
            RestartReader.Read(service),
            new StopSpec(
                service.Signal("stop_signal") ?? StopSpec.Default.Signal,
                service.Duration("stop_grace_period") ?? StopSpec.Default.GracePeriod),
            service.Signal("reload_signal") ?? Signal.Hup,
            UpdateReader.Read(service),
            StallReader.Read(service),
            LoggingReader.Read(service));
        NotYetActedOn.Warn(service);
        service.RejectUnknown(ElsewhereKeys.Find);
        return new ReadService(spec, place, userId, sharding, dependencies);
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
