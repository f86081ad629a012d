namespace Reuseportd.Control.Top;

/// <summary>The heights of the parts of the screen; pure.</summary>
internal static class Layout
{
    /// <summary>The head, the notice and the titles of the columns.</summary>
    private const int Above = 3;

    /// <summary>The keys, or the filter.</summary>
    private const int Below = 1;

    /// <summary>A lower screen has no pane of events.</summary>
    private const int LeastWithEvents = 12;

    /// <summary>Lines of the pane of events with its title; 0 if it is not shown.</summary>
    public static int EventLines(TopState state) =>
        state is { HasEvents: true, View: not View.Help, Size.Rows: >= LeastWithEvents } ? state.Size.Rows / 3 : 0;

    public static int TableRows(TopState state) => Math.Max(0, state.Size.Rows - Above - Below - EventLines(state));

    /// <summary>Lines of a view below the head and the notice.</summary>
    public static int BodyLines(TopState state) => Math.Max(0, state.Size.Rows - (Above - 1) - Below - EventLines(state));
}
