namespace Reuseportd.Control.Terminal;

internal enum KeyKind
{
    Letter,
    Enter,
    Escape,
    Erase,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Interrupt,
    Suspend,
    Redraw,
}

/// <summary>A key that was pressed.</summary>
/// <param name="Letter">Of <see cref="KeyKind.Letter"/> only: a character that can be shown.</param>
internal readonly record struct Key(KeyKind Kind, char Letter = '\0')
{
    public static implicit operator Key(KeyKind kind) => new(kind);

    public static implicit operator Key(char letter) => new(KeyKind.Letter, letter);
}
