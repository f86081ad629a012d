namespace Reuseportd.Configuration.Text;

internal enum Severity
{
    Error,
    Warning,
}

/// <summary>An error or a warning of a configuration: <c>web.yaml:7:5: services.web.restrat: unknown key</c>.</summary>
/// <param name="Line">From 1; 0 for the whole file.</param>
/// <param name="Column">From 1, in UTF-16 units; 0 for the whole file.</param>
/// <param name="Path">Keys to the value, such as <c>services.web.reuseport.ports[1]</c>; may be empty.</param>
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
