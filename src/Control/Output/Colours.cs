namespace Reuseportd.Control.Output;

/// <summary>The colours of the output, and the condition for their use.</summary>
internal static class Colours
{
    /// <summary>
    /// Colour is used only on a terminal, and not if <c>NO_COLOR</c> is set (https://no-color.org) or <c>TERM=dumb</c>.
    /// </summary>
    public static bool AreWanted(bool terminal, string? noColor, string? term) =>
        terminal && string.IsNullOrEmpty(noColor) && term != "dumb";

    public static bool OnStdout() =>
        AreWanted(
            !Console.IsOutputRedirected, Environment.GetEnvironmentVariable("NO_COLOR"),
            Environment.GetEnvironmentVariable("TERM"));

    /// <summary>The same for the whole terminal, whose type is known.</summary>
    public static bool OnScreen() => OnStdout() && Exist(Environment.GetEnvironmentVariable("TERM")!);

    /// <summary>False for the types of terminals that have attributes but no colours (terminfo(5)).</summary>
    public static bool Exist(string term) =>
        !term.StartsWith("vt", StringComparison.Ordinal)
        && !term.EndsWith("-m", StringComparison.Ordinal) && !term.EndsWith("-mono", StringComparison.Ordinal);

    /// <summary>Green: serves. Yellow: in transition. Red: failed.</summary>
    public static string? OfState(string state) => state switch
    {
        "ready" => "32",
        "waiting" or "backoff" or "failed" => "31",
        "starting" or "stopping" or "draining" => "33",
        _ => null,
    };
}
