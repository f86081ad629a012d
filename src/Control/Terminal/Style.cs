namespace Reuseportd.Control.Terminal;

/// <summary>SGR parameters (ECMA-48) that a terminal without colours has too.</summary>
internal static class Style
{
    public const string Bold = "1";
    public const string Faint = "2";
    public const string Reverse = "7";

    /// <summary>Bold and underlined, over the whole width.</summary>
    public const string Title = "1;4";
}
