using Reuseportd.Linux.Spawning;

namespace Reuseportd.Hosting;

/// <summary>The environment of this process.</summary>
internal static class OwnEnvironment
{
    /// <summary>The environment of the daemon, with the mark that the guard knows its processes by.</summary>
    /// <param name="former">The mark of the daemon whose workers this one has taken over; null for none.</param>
    public static Dictionary<string, string> Marked(string? former)
    {
        var variables = Variables();
        variables[Guard.Variable] = former ?? Guard.OwnId();
        return variables;
    }

    /// <summary>
    /// The environment of this process. It has no mark: the guard would take the daemon for a process of a worker.
    /// </summary>
    public static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }
}
