using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Loading;

/// <summary>
/// Compares the daemon's limits with the needs of a fleet; pure. The results are warnings, because limits can be raised.
/// </summary>
internal static class Capacity
{
    /// <param name="path">Path of the configuration.</param>
    /// <param name="descriptors">Hard limit RLIMIT_NOFILE, which the daemon will use.</param>
    /// <param name="tasks">The most processes that the daemon may have, and the name of that limit; null if there is
    /// none.</param>
    public static IEnumerable<ConfigurationError> Warnings(
        string path, FleetSpec fleet, long descriptors, (long Most, string Name)? tasks)
    {
        var budget = new DescriptorBudget(descriptors);
        var needed = fleet.Services.Sum(service => (long)service.Workers * DescriptorBudget.For(service.Process));
        if (needed > budget.ForWorkers)
            yield return Warning(
                path, $"the workers need {Number(needed)} descriptors, and {budget.Words}: some workers will wait");
        var workers = fleet.Services.Sum(service => (long)service.Workers);
        if (tasks is { } limit && workers >= limit.Most)
            yield return Warning(
                path, $"there are {Number(workers)} workers, and {limit.Name} is {Number(limit.Most)}: some workers will wait");
    }

    private static ConfigurationError Warning(string path, string message) => new(path, 0, 0, "", message, Severity.Warning);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
