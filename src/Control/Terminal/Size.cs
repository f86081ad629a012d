namespace Reuseportd.Control.Terminal;

/// <summary>The size of a terminal, in characters.</summary>
internal readonly record struct Size(int Columns, int Rows)
{
    /// <summary>For a terminal that does not report its size.</summary>
    public static readonly Size Usual = new(80, 24);
}
