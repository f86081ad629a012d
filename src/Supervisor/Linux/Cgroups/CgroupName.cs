using System.Globalization;
using System.Text.RegularExpressions;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>
/// Names of the groups that the daemon creates: <c>web@0.3</c> is the third process of web@0. Only such groups end in '@' and two
/// numbers, so groups of an earlier daemon are recognized. The name of a service has no '@', and only characters that a directory
/// name may have.
/// </summary>
internal static partial class CgroupName
{
    /// <summary>The group of the daemon itself: a group that passes controllers on may have no processes.</summary>
    public const string Supervisor = "supervisor";

    public static string For(WorkerName worker, int generation) =>
        string.Create(CultureInfo.InvariantCulture, $"{worker}.{generation}");

    /// <summary>Another name, for a process whose name is in use: <c>web@0.1+2</c>.</summary>
    public static string Another(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}+{number}");

    public static bool IsWorkers(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"^.+@[0-9]+\.[0-9]+(\+[0-9]+)?\z")]
    private static partial Regex Pattern();
}
