namespace Reuseportd.Control.Tables;

/// <summary>Appends the last line of a failed process to the detail of its worker; pure.</summary>
internal static class LastLines
{
    /// <param name="state">State of the worker: it tells which process wrote the line.</param>
    /// <param name="line">Null for none.</param>
    public static string? With(string? detail, string state, string? line)
    {
        if (line is null) return detail;
        var whose = state switch
        {
            "backoff" or "failed" => "its last line",
            "starting" => "last line of the process before it",
            _ => "last line of its replacement",
        };
        return $"{(detail is null ? "" : $"{detail}; ")}{whose}: {line}";
    }

    /// <summary>For grouping: the lines of copies differ in process ids and times.</summary>
    public static string? WithoutNumbers(string? line) =>
        line is null ? null : string.Concat(line.Where(c => !char.IsAsciiDigit(c)));
}
