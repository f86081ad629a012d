using System.Globalization;
using Reuseportd.Api.Metrics;
using Reuseportd.Configuration.Reading;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.SteeringTask;

namespace Reuseportd.Hosting;

/// <summary>The state that an earlier program of this process has handed over.</summary>
internal static class Inherited
{
    /// <returns>Null if there is no state, or if it cannot be restored.</returns>
    /// <param name="problem">The reason why the state cannot be restored; null without a state.</param>
    public static Inheritance? TryTake(ControllerOffer controllers, out string? problem)
    {
        problem = null;
        var text = Environment.GetEnvironmentVariable(Replacement.Variable);
        if (text is null) return null;
        // Workers and programs of the daemon must not inherit it.
        Environment.SetEnvironmentVariable(Replacement.Variable, null);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            problem = $"{Replacement.Variable} is no descriptor";
            return null;
        }

        using var file = new Descriptor(number);
        var inherited = Read($"/proc/self/fd/{text}", controllers, out problem);
        if (inherited is null) return null;
        foreach (var kept in inherited.State.Descriptors) _ = ProgramReplacement.Keep(kept, keep: false);
        return inherited;
    }

    /// <summary>The guard of an earlier program of this process, which this one takes the workers from.</summary>
    public static FormerGuard? TakeGuard(Inheritance inherited)
    {
        if (inherited.State.Resources.Guard is not { } number) return null;
        var guard = new FormerGuard(new Descriptor(number));
        _ = guard.Claim();
        return guard;
    }

    public static InheritedSteering SteeringOf(Inheritance? inherited)
    {
        if (inherited?.State is not { } state) return InheritedSteering.None;
        return new InheritedSteering(
            [.. state.Groups.Select(SavedGroups.Restore)], [.. inherited.Specs.Values.Select(spec => spec.Name).Distinct()])
        {
            Ended = SavedGiven.Restore(state.Totals?.Given),
        };
    }

    /// <summary>Goes on with the counters of an earlier program of this process.</summary>
    /// <param name="programs">Count the open connections; null without them.</param>
    public static UsageReader UsageOf(Inheritance? inherited, ShardingPrograms? programs)
    {
        var usage = new UsageReader(id => programs?.ConnectionsOf(id));
        if (inherited?.State.Totals is { } totals) usage.Restore(totals, inherited.IsOfAnotherProcess);
        return usage;
    }

    /// <summary>Makes the guard know the workers before anything can end the daemon.</summary>
    public static void RememberIn(Guard? guard, Inheritance? inherited)
    {
        foreach (var process in inherited?.State.Processes ?? []) guard?.Remember(process.Pid);
    }

    /// <summary>The answer of <see cref="Check"/> for a state that this program can restore.</summary>
    public const string Restorable = "restorable\n";

    /// <summary>
    /// <c>reuseportd --check-state</c>. Writes <see cref="Restorable"/>, or the reason why the state is refused.
    /// </summary>
    /// <returns>0 if this program can restore the state, else 1.</returns>
    public static int Check(string path, DaemonArguments arguments)
    {
        using var groups = WorkerGroups.Find();
        var inherited = Read(path, groups.Offer, out var problem);
        if (inherited is not null) problem = ObstacleOf(inherited.State.Settings, arguments);
        var isRestorable = problem is null;
        Console.Out.Write(isRestorable ? Restorable : problem);
        return isRestorable ? ExitCode.Ok : ExitCode.Invalid;
    }

    /// <summary>The reason why the daemon could not start with these settings; null if it can.</summary>
    public static string? ObstacleOf(DaemonSpec settings, DaemonArguments arguments)
    {
        var preload = PreloadLibrary.Find(
            arguments.Preload ?? settings.Preload, AppContext.BaseDirectory, File.Exists, out var missing);
        return preload is null ? missing : ControlSocket.RuleOf(settings, out var obstacle) is null ? obstacle : null;
    }

    private static Inheritance? Read(string path, ControllerOffer controllers, out string? problem)
    {
        SavedDaemon? state;
        try
        {
            state = HandoverText.TryRead(File.ReadAllBytes(path), out problem);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = failure.Message;
            return null;
        }

        return state is null ? null : WithSpecs(state, controllers, out problem);
    }

    /// <summary>Reads the specifications of a state.</summary>
    /// <param name="problem">The reason why one cannot be read; null on success.</param>
    public static Inheritance? WithSpecs(SavedDaemon state, ControllerOffer controllers, out string? problem)
    {
        problem = null;
        var specs = new Dictionary<string, ServiceSpec>();
        foreach (var text in state.Services.SelectMany(TextsOf))
        {
            if (specs.ContainsKey(text)) continue;
            if (ConfigurationSource.ReadService(text, controllers, out problem) is not { } spec) return null;
            specs.Add(text, spec);
        }

        var twice = state.Services.GroupBy(service => specs[service.Declared].Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) problem = $"service {twice.Key} twice";
        return problem is null ? new Inheritance(state, specs) : null;
    }

    /// <summary>
    /// Reads the specifications of a state. Services whose specification is not valid on this host any more, such as for want of
    /// a user, are left out, and their processes killed.
    /// </summary>
    public static Inheritance WithReadableSpecs(SavedDaemon state, ControllerOffer controllers)
    {
        List<SavedService> readable = [];
        var names = new HashSet<string>();
        var specs = new Dictionary<string, ServiceSpec>();
        foreach (var service in state.Services)
        {
            if (WithSpecs(state with { Services = [service] }, controllers, out _) is not { } read) continue;
            // Two services of one name: a damaged state.
            if (!names.Add(read.Specs[service.Declared].Name)) continue;
            readable.Add(service);
            foreach (var (text, spec) in read.Specs) specs[text] = spec;
        }

        return new Inheritance((state with { Services = [.. readable] }).WithoutStrays(), specs);
    }

    private static IEnumerable<string> TextsOf(SavedService service) =>
        new[] { service.Declared, service.Former, service.RolledBackFrom, service.Update?.Former }
            .Concat(service.Workers.Select(worker => worker.Kept)).OfType<string>();
}
