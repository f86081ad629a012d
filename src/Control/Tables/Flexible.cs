namespace Reuseportd.Control.Tables;

/// <summary>A column that may be cut.</summary>
/// <param name="IsName">
/// What stands there is told from the others by it: it is cut in the middle, as names begin and end differently, and not at all
/// where two would look the same.
/// </param>
internal readonly record struct Flexible(int Column, bool IsName = false);
