using Reuseportd.Model;

namespace Reuseportd.Configuration.Text;

internal enum Severity
{
    Error,
    Warning,
}

/// <summary>
/// One thing that is wrong, or worth a warning, in a configuration: <c>web.yaml:7:5: services.web.restrat: unknown key</c>.
/// </summary>
/// <param name="Line">From 1; 0 where the file as a whole is meant.</param>
/// <param name="Column">From 1, in UTF-16 units; 0 where the file as a whole is meant.</param>
/// <param name="Path">Keys that lead to the value, such as <c>services.web.reuseport.ports[1]</c>; may be empty.</param>
internal sealed record ConfigurationError(
    string File,
    int Line,
    int Column,
    string Path,
    string Message,
    Severity Severity = Severity.Error)
{
    public override string ToString()
    {
        var severity = Severity == Severity.Warning ? "warning: " : "";
        var path = Path.Length == 0 ? "" : Path + ": ";
        return $"{new Place(File, Line, Column)}: {severity}{path}{Message}";
    }
}

/// <summary>The configuration, or why there is none.</summary>
/// <param name="Fleet">Null when there are errors.</param>
/// <param name="Errors">All of them, ordered by file, line and column.</param>
/// <param name="Warnings">In the same order.</param>
internal sealed record LoadResult(FleetSpec? Fleet, ValueList<ConfigurationError> Errors, ValueList<ConfigurationError> Warnings);
