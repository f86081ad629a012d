using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;

namespace Reuseportd.Control.Top;

/// <summary>The newest events, the newest last; pure.</summary>
internal static class EventsPane
{
    private const int KindWidth = 10;

    public static IEnumerable<Cell[]> Of(TopState state)
    {
        var room = Layout.EventLines(state) - 1;
        return state.Events.TakeLast(Math.Max(0, room))
            .Select(told => (Cell[])[$"{Clock.Of(told.Time)}  {told.Event.PadRight(KindWidth)}  {told.Message}"])
            .Prepend([new("EVENTS".PadRight(state.Size.Columns), Style.Title)]);
    }
}
