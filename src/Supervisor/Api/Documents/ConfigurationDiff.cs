using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Configuration.Writing;
using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>Compares the files with the running services; pure.</summary>
internal static class ConfigurationDiff
{
    /// <summary>True if the files differ from the running services, or have errors, or if an update is paused.</summary>
    public static bool IsPending(ValueList<ServiceSnapshot> running, FleetSpec? files) =>
        files is null || running.Any(IsHalfChanged)
        || Reconciler.Plan(running.Select(service => service.Declared), files.Services).Steps.Count > 0;

    /// <summary>A paused restart without a change does not count: all its workers have the same specification.</summary>
    private static bool IsHalfChanged(ServiceSnapshot service) => service is { IsPaused: true, Update.IsChange: true };

    /// <summary>The changes, in the order in which an apply makes them.</summary>
    public static IReadOnlyList<ServiceChange> Between(ValueList<ServiceSnapshot> running, ValueList<ServiceSpec> files)
    {
        var now = running.ToDictionary(service => service.Spec.Name);
        var plan = Reconciler.Plan(running.Select(service => service.Declared), files);
        ServiceChange[] changes = [.. plan.Steps.Select(step => From(step, now))];
        var touched = changes.Select(change => change.Name).ToHashSet();
        return
        [
            .. changes,
            .. running.Where(service => IsHalfChanged(service) && !touched.Contains(service.Spec.Name))
                .Select(service => new ServiceChange(service.Spec.Name, "paused", [])),
        ];
    }

    /// <summary>Services that keep the number of workers of a <c>scale</c> after an apply.</summary>
    public static IReadOnlyList<ScaledService> Kept(ValueList<ServiceSnapshot> running, ValueList<ServiceSpec> files)
    {
        var wanted = files.ToDictionary(file => file.Name);
        return
        [
            .. from service in running
               let file = wanted.GetValueOrDefault(service.Spec.Name)
               where file is not null
                     && service.Overrides.Adopt(service.Declared, file).Scaled is { } scaled && scaled != file.Workers
               select new ScaledService(file.Name, service.Spec.Workers, file.Workers),
        ];
    }

    private static ServiceChange From(PlanStep step, Dictionary<string, ServiceSnapshot> running) => step switch
    {
        PlanStep.Add => new ServiceChange(step.Service, "added", []),
        PlanStep.Remove => new ServiceChange(step.Service, "removed", []),
        PlanStep.Replace replace => Change("replaced", running[step.Service], replace.Spec),
        PlanStep.Adjust adjust when IsOnlyScaled(running[step.Service].Declared, adjust.Spec) =>
            Change("scaled", running[step.Service], adjust.Spec),
        PlanStep.Adjust adjust => Change("policy", running[step.Service], adjust.Spec),
        _ => throw new InvalidOperationException($"no such plan step: {step}"),
    };

    private static bool IsOnlyScaled(ServiceSpec declared, ServiceSpec file) => declared with { Workers = file.Workers } == file;

    /// <summary>The number of workers of a <c>scale</c> holds until the file changes its own.</summary>
    private static ServiceChange Change(string word, ServiceSnapshot service, ServiceSpec file)
    {
        var to = file with { Workers = service.Overrides.Adopt(service.Declared, file).Workers(file) };
        var keys = Keys("", ServiceWriter.Write(service.Spec), ServiceWriter.Write(to));
        return new ServiceChange(service.Spec.Name, word, [.. keys]);
    }

    private static IEnumerable<KeyChange> Keys(string path, JsonElement from, JsonElement to)
    {
        if (from.ValueKind != JsonValueKind.Object || to.ValueKind != JsonValueKind.Object)
            return JsonElement.DeepEquals(from, to) ? [] : [new KeyChange(path, from, to)];
        var names = from.EnumerateObject().Concat(to.EnumerateObject()).Select(property => property.Name).Distinct();
        return names.SelectMany(name =>
        {
            var below = path.Length == 0 ? name : $"{path}.{name}";
            var (isOld, isNew) = (from.TryGetProperty(name, out var old), to.TryGetProperty(name, out var fresh));
            return isOld && isNew ? Keys(below, old, fresh) : [new KeyChange(below, isOld ? old : null, isNew ? fresh : null)];
        });
    }
}
