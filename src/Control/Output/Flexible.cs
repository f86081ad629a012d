namespace Reuseportd.Control.Output;

/// <summary>A column that may be shortened.</summary>
/// <param name="IsName">
/// True if the text identifies its row. Such a text is shortened in the middle, because names differ at both ends, and not at all
/// if two rows would become equal.
/// </param>
internal readonly record struct Flexible(int Column, bool IsName = false);
