namespace Reuseportd.Configuration.Values;

/// <summary>Checks the names of workers' variables.</summary>
internal static class EnvironmentNames
{
    public const string Rule = "a variable's name is letters, digits and '_', and does not begin with a digit";

    /// <summary>For the schema, which cannot express the messages of <see cref="Problem"/>.</summary>
    public const string Pattern =
        "(?!LIBREUSEPORT_|REUSEPORT_|(SO_REUSEPORT|SO_REUSEADDR|SO_BINDTODEVICE)(=|$))[A-Za-z_][A-Za-z0-9_]*";

    private static readonly Dictionary<string, string> Reserved = new(StringComparer.Ordinal)
    {
        ["LIBREUSEPORT_ADDR"] = "reuseport.address",
        ["LIBREUSEPORT_PORT"] = "reuseport.ports",
        ["LIBREUSEPORT_BACKLOG"] = "reuseport.backlog",
        ["LIBREUSEPORT_DEBUG"] = "reuseport.debug",
        ["SO_REUSEPORT"] = "reuseport.reuse_port",
        ["SO_REUSEADDR"] = "reuseport.reuse_address",
        ["SO_BINDTODEVICE"] = "reuseport.interface",
    };

    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || char.IsAsciiDigit(name[0])) return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        }

        return true;
    }

    /// <returns>The reason why a variable of this name cannot be set, or null.</returns>
    public static string? Problem(string name)
    {
        if (!IsValid(name)) return Rule;
        if (Reserved.TryGetValue(name, out var key)) return $"{name} is set from the service's key '{key}'; use that";
        if (name.StartsWith("LIBREUSEPORT_", StringComparison.Ordinal))
            return "names that begin with LIBREUSEPORT_ are set from the service's 'reuseport' keys";
        return name.StartsWith("REUSEPORT_", StringComparison.Ordinal)
            ? "names that begin with REUSEPORT_ are set by the daemon for each worker; {service} and {worker} hold the same"
            : null;
    }
}
