namespace Reuseportd.Control.Tables;

/// <summary>The last line of a process that came to nothing, behind the detail of its worker; pure.</summary>
internal static class LastLines
{
    /// <param name="state">Of the worker: it tells which of its processes wrote the line.</param>
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

    /// <summary>Copies of one program differ in process ids and times.</summary>
    public static string? WithoutNumbers(string? line) => line is null ? null : string.Concat(line.Where(c => !char.IsAsciiDigit(c)));
}
