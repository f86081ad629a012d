namespace Reuseportd.Control.Tables;

/// <summary>Where colour is wanted, and which.</summary>
internal static class Colours
{
    /// <summary>
    /// Only a terminal gets colour, and none with <c>NO_COLOR</c> set to anything (https://no-color.org) or <c>TERM=dumb</c>.
    /// </summary>
    public static bool AreWanted(bool terminal, string? noColor, string? term) => terminal && string.IsNullOrEmpty(noColor) && term != "dumb";

    public static bool OnStdout() =>
        AreWanted(!Console.IsOutputRedirected, Environment.GetEnvironmentVariable("NO_COLOR"), Environment.GetEnvironmentVariable("TERM"));

    /// <summary>Green serves, yellow is on its way, red is trouble.</summary>
    public static string? OfState(string state) => state switch
    {
        "ready" => "32",
        "waiting" or "backoff" or "failed" => "31",
        "starting" or "stopping" or "draining" => "33",
        _ => null,
    };
}
