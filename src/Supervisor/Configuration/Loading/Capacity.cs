using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Loading;

/// <summary>Whether the limits of the daemon have room for a fleet; pure. Nothing here is an error: limits can be raised.</summary>
internal static class Capacity
{
    /// <param name="path">Where the configuration was read from.</param>
    /// <param name="descriptors">RLIMIT_NOFILE that the daemon would have: the hard one.</param>
    /// <param name="tasks">The most processes that it may have, and what says so; null where nothing does.</param>
    public static IEnumerable<ConfigurationError> Warnings(string path, FleetSpec fleet, long descriptors, (long Most, string Name)? tasks)
    {
        var budget = new DescriptorBudget(descriptors);
        var needed = fleet.Services.Sum(service => (long)service.Workers * DescriptorBudget.For(service.Process));
        if (needed > budget.ForWorkers)
            yield return Warning(path, $"{Number(needed)} descriptors are needed for the workers, and {budget.Words}: some workers will wait");
        var workers = fleet.Services.Sum(service => (long)service.Workers);
        if (tasks is { } limit && workers >= limit.Most)
            yield return Warning(path, $"there are {Number(workers)} workers, and {limit.Name} is {Number(limit.Most)}: some workers will wait");
    }

    private static ConfigurationError Warning(string path, string message) => new(path, 0, 0, "", message, Severity.Warning);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
