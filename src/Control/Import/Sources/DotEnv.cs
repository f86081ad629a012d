using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;

namespace Reuseportd.Control.Import.Sources;

/// <summary>The variables of a file <c>.env</c>, in the syntax of the daemon's <c>env_file</c>.</summary>
internal static class DotEnv
{
    public static Dictionary<string, string> Read(SourceText source)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in EnvironmentFile.Parse(source.Text).Variables) variables[variable.Name] = variable.Value;
        return variables;
    }
}
