using Reuseportd.Model;

namespace Reuseportd.Configuration.Text;

/// <summary>Collects errors and warnings. A finding in the content of an anchor is reported once, at the first use.</summary>
internal sealed class Findings
{
    private readonly List<ConfigurationError> all = [];
    private readonly HashSet<(Place Place, string Message)> seen = [];

    /// <summary>Number of errors, including repeated ones.</summary>
    public int ErrorCount { get; private set; }

    public void Error(Place place, string path, string message) => Add(place, path, message, Severity.Error);

    public void Warning(Place place, string path, string message) => Add(place, path, message, Severity.Warning);

    /// <summary>Ordered by file, line and column.</summary>
    public ValueList<ConfigurationError> Errors => Sorted(Severity.Error);

    /// <summary>In the same order.</summary>
    public ValueList<ConfigurationError> Warnings => Sorted(Severity.Warning);

    private void Add(Place place, string path, string message, Severity severity)
    {
        if (severity == Severity.Error) ErrorCount++;
        if (!seen.Add((place, message))) return;
        all.Add(new ConfigurationError(place.File, place.Line, place.Column, path, message, severity));
    }

    private ValueList<ConfigurationError> Sorted(Severity severity) =>
    [
        .. all.Where(finding => finding.Severity == severity)
            .OrderBy(finding => new Place(finding.File, finding.Line, finding.Column)),
    ];
}
