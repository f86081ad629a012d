namespace Reuseportd.Control.Output;

/// <summary>Appends the last line of a failed process to the detail of its worker; pure.</summary>
internal static class LastLines
{
    /// <param name="worker">Name of the worker. The detail may name other workers too.</param>
    /// <param name="state">State of the worker: it tells which process wrote the line.</param>
    /// <param name="line">Null for none.</param>
    public static string? With(string worker, string? detail, string state, string? line)
    {
        if (line is null) return detail;
        var label = state switch
        {
            "backoff" or "failed" => $"last line of {worker}",
            "starting" => $"last line of the former process of {worker}",
            _ => $"last line of the replacement of {worker}",
        };
        return $"{(detail is null ? "" : $"{detail}; ")}{label}: {line}";
    }

    /// <summary>For grouping: the lines of copies differ in process ids and times.</summary>
    public static string? WithoutNumbers(string? line) =>
        line is null ? null : string.Concat(line.Where(c => !char.IsAsciiDigit(c)));
}
