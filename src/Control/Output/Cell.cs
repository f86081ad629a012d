namespace Reuseportd.Control.Output;

/// <param name="Colour">SGR parameters (ECMA-48), or null for none.</param>
internal readonly record struct Cell(string Text, string? Colour = null)
{
    public static implicit operator Cell(string text) => new(text);
}
