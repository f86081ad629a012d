using System.Globalization;
using System.Text.RegularExpressions;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>
/// Names of the groups that the daemon makes: <c>web@0.3</c>, the third process of web@0. No other group has an '@' and two
/// numbers behind it, so those of an earlier daemon are known by it; names of services have no '@', and none that a directory
/// cannot have.
/// </summary>
internal static partial class CgroupName
{
    /// <summary>Where the daemon itself is: a group with controllers for those below may have no processes of its own.</summary>
    public const string Supervisor = "supervisor";

    public static string Of(WorkerName worker, int generation) =>
        string.Create(CultureInfo.InvariantCulture, $"{worker}.{generation}");

    /// <summary>For a process whose name is still taken: <c>web@0.1+2</c>.</summary>
    public static string Another(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}+{number}");

    public static bool IsWorkers(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"^.+@[0-9]+\.[0-9]+(\+[0-9]+)?\z")]
    private static partial Regex Pattern();
}
