using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>A service, with the values and places that the check across services needs.</summary>
/// <param name="Place">Place of the name.</param>
/// <param name="UserId">Null if the user is unknown.</param>
/// <param name="Sharding">Null if <c>reuseport</c> is missing or has errors.</param>
/// <param name="Dependencies">The services of <see cref="ServiceSpec.DependsOn"/>, with their places.</param>
internal sealed record ReadService(
    ServiceSpec Spec, Place Place, uint? UserId, Sharding? Sharding, IReadOnlyList<Dependency> Dependencies);

/// <summary>Reads one entry under <c>services</c>.</summary>
internal sealed class ServiceReader(LoadContext context, Accounts accounts)
{
    public const int MostWorkers = 10_000;

    private static readonly Key WorkersKey = new(
        "workers", new Shape.AnyOf(new Shape.Integer(1, MostWorkers), new Shape.Choice(["auto"])),
        "Number of copies. auto: one for each CPU that the daemon may use (affinity, cgroup quota).") { Default = "1" };

    private static readonly Key Autostart =
        Key.Flag("autostart", "Whether the workers start with the daemon.", defaultValue: true);

    private static readonly Key StopSignal = new(
        "stop_signal", Signals.Shape, "Signal that asks a worker to end, such as TERM, SIGINT or 15; SIGCONT follows it.") {
            Default = "TERM",
        };

    private static readonly Key StopGracePeriod = Key.Duration(
        "stop_grace_period", "Time from the stop signal to SIGKILL, which goes to the whole process tree.",
        StopSpec.Default.GracePeriod);

    private static readonly Key ReloadSignal =
        new("reload_signal", Signals.Shape, "Signal that asks a worker to read its own configuration again.") { Default = "HUP" };

    public static readonly Shape.Map Shape = new(
    [
        .. ProcessReader.Keys, WorkersKey, ReuseportReader.Key, Accounts.UserKey, Accounts.GroupKey, .. PrivilegesReader.Keys,
        Autostart,
        DependencyReader.Key, ReadinessReader.Key, LivenessReader.Key, RecycleReader.Key, RestartReader.Key, StopSignal,
        StopGracePeriod,
        ReloadSignal, UpdateReader.Key, StallReader.Key, LoggingReader.Key,
    ]);

    public ReadService Read(string name, Place place, Section service, string? folder)
    {
        var (user, userId) = accounts.User(service);
        var sharding = ReuseportReader.Read(service, place, context);
        var reuseport = sharding?.Spec ?? ReuseportReader.Unread;
        var process = ProcessReader.Read(service, place, reuseport, user, accounts.Group(service), context.Controllers) with
        {
            WorkingDirectory = ProcessReader.WorkingDirectory(service, folder),
            Privileges = PrivilegesReader.Read(service, accounts, context, userId),
        };
        var dependencies = DependencyReader.Read(service);
        var probed = new ProbedService(name, Workers(service), sharding?.Spec.Ports);
        var spec = new ServiceSpec(
            name,
            probed.Workers,
            service.Flag(Autostart) ?? true,
            [.. dependencies.Select(dependency => dependency.Service)],
            process,
            ReadinessReader.Read(service, probed),
            LivenessReader.Read(service, probed),
            RecycleReader.Read(service),
            RestartReader.Read(service),
            new StopSpec(
                service.Signal(StopSignal) ?? StopSpec.Default.Signal,
                service.Duration(StopGracePeriod) ?? StopSpec.Default.GracePeriod),
            service.Signal(ReloadSignal) ?? Signal.Hup,
            UpdateReader.Read(service),
            StallReader.Read(service),
            LoggingReader.Read(service));
        service.RejectUnknown(ElsewhereKeys.Find);
        if (context.FindNamed is { } find) ProcessReader.LookAtFiles(service, process, new NamedFiles(find));
        return new ReadService(spec, place, userId, sharding, dependencies);
    }

    private int Workers(Section service)
    {
        const string accepts = "an integer from 1 to 10000, or auto";
        if (service.Find(WorkersKey) is not { } field || field.Text(accepts) is not { } text) return 1;
        return text == "auto"
            ? Math.Clamp(context.AutoWorkers, 1, MostWorkers)
            : field.Integer(text, 1, MostWorkers, accepts) ?? 1;
    }
}
