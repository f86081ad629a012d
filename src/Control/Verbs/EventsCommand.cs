using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Tables;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl events [-f] [NAME...]</c>.</summary>
internal static class EventsCommand
{
    private const int KindWidth = 10;

    public static Command Create(Option<string> socket) => new StreamVerb(
        "events",
        "Show the newest events: what was started, bound, got ready, ended, and what was told to.",
        "Of whom; of all, and of the daemon itself, where none is named.",
        "Show what comes, until Ctrl-C, instead of what has been.",
        "/v1/events",
        ServerSentEvents.ReadAsync).Create(socket, more: [], (_, following) => following ? [] : ["follow=false"], Text);

    private static string? Text(string data, bool colour)
    {
        if (JsonSerializer.Deserialize(data, ContractJson.Default.EventDocument) is not { } told || told.Event == "hello") return null;
        return told.Event == "lost"
            ? $"({told.Count} events lost)"
            : $"{told.Time}  {told.Event.PadRight(KindWidth)}  {Shown.Harmless(told.Message)}";
    }
}
