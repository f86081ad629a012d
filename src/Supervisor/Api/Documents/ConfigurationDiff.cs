using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Configuration.Writing;
using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>What the files would change of what runs; pure.</summary>
internal static class ConfigurationDiff
{
    /// <summary>
    /// Whether the files say something else than what runs: files with errors do, and what has been taken up half way only.
    /// </summary>
    public static bool IsPending(ValueList<ServiceSnapshot> running, FleetSpec? files) =>
        files is null || running.Any(IsHalfChanged)
        || Reconciler.Plan(running.Select(service => service.Declared), files.Services).Steps.Count > 0;

    /// <summary>A paused restart without a change has nothing to do with the files: all its workers are the same service.</summary>
    private static bool IsHalfChanged(ServiceSnapshot service) => service is { IsPaused: true, Update.IsChange: true };

    /// <summary>In the order in which they would be made.</summary>
    public static IReadOnlyList<ServiceChange> Of(ValueList<ServiceSnapshot> running, ValueList<ServiceSpec> files)
    {
        var now = running.ToDictionary(service => service.Spec.Name);
        ServiceChange[] changes = [.. Reconciler.Plan(running.Select(service => service.Declared), files).Steps.Select(step => Of(step, now))];
        var touched = changes.Select(change => change.Name).ToHashSet();
        return
        [
            .. changes,
            .. running.Where(service => IsHalfChanged(service) && !touched.Contains(service.Spec.Name))
                .Select(service => new ServiceChange(service.Spec.Name, "paused", [])),
        ];
    }

    /// <summary>Numbers of workers that were given by hand, and that an apply leaves as they are.</summary>
    public static IReadOnlyList<ScaledService> Kept(ValueList<ServiceSnapshot> running, ValueList<ServiceSpec> files)
    {
        var wanted = files.ToDictionary(file => file.Name);
        return
        [
            .. from service in running
               let file = wanted.GetValueOrDefault(service.Spec.Name)
               where file is not null && service.Overrides.Adopt(service.Declared, file).Scaled is { } scaled && scaled != file.Workers
               select new ScaledService(file.Name, service.Spec.Workers, file.Workers),
        ];
    }

    private static ServiceChange Of(PlanStep step, Dictionary<string, ServiceSnapshot> running) => step switch
    {
        PlanStep.Add => new ServiceChange(step.Service, "added", []),
        PlanStep.Remove => new ServiceChange(step.Service, "removed", []),
        PlanStep.Replace replace => Change("replaced", running[step.Service], replace.Spec),
        PlanStep.Adjust adjust => Change(IsOnlyScaled(running[step.Service].Declared, adjust.Spec) ? "scaled" : "policy", running[step.Service], adjust.Spec),
        _ => throw new InvalidOperationException($"no such plan step: {step}"),
    };

    private static bool IsOnlyScaled(ServiceSpec declared, ServiceSpec file) => declared with { Workers = file.Workers } == file;

    /// <summary>A number of workers that was given by hand holds until the file gives another.</summary>
    private static ServiceChange Change(string word, ServiceSnapshot service, ServiceSpec file)
    {
        var to = file with { Workers = service.Overrides.Adopt(service.Declared, file).Workers(file) };
        return new ServiceChange(service.Spec.Name, word, [.. Keys("", ServiceWriter.Write(service.Spec), ServiceWriter.Write(to))]);
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
