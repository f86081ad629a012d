using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl events [-f] [NAME...]</c>.</summary>
internal static class EventsCommand
{
    private const int KindWidth = 10;

    public static Command Create(Option<string> socket) => new StreamVerb(
        "events",
        "Show the newest events: starts, binds, readiness, ends, and commands.",
        "Services and workers; without names, all, and the daemon itself.",
        "Show only new events, until Ctrl-C.",
        "/v1/events",
        ServerSentEvents.ReadAsync).Create(socket, more: [], (_, following) => following ? [] : ["follow=false"], Text);

    private static string? Text(string data, bool colour)
    {
        if (JsonSerializer.Deserialize(data, ContractJson.Default.EventDocument) is not { } told || told.Event == "hello")
            return null;
        return told.Event == "lost"
            ? $"({told.Count} events lost)"
            : $"{told.Time}  {told.Event.PadRight(KindWidth)}  {Shown.Harmless(told.Message)}";
    }
}
