using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary><c>reuseportctl events [-f] [NAME...]</c>.</summary>
internal static class EventsCommand
{
    private const int KindWidth = 10;

    public static Command Create(Option<string> socket)
    {
        var names = NameWords.Several(socket, "Of whom; of all, and of the daemon itself, where none is named.", atLeastOne: false);
        var follow = new Option<bool>("--follow", "-f") { Description = "Show what comes, until Ctrl-C, instead of what has been." };
        var output = FormWords.Create(FormWords.Text, FormWords.Json);
        var command = new Command("events", "Show the newest events: what was started, bound, got ready, ended, and what was told to.") { names, follow, output };
        command.SetAction((parsed, cancellation) =>
        {
            var following = parsed.GetValue(follow);
            string[] more = following ? [] : ["follow=false"];
            var ask = Ask.Get(parsed.GetRequiredValue(socket), "/v1/events", parsed.GetValue(names) ?? [], more);
            var raw = parsed.GetRequiredValue(output) == FormWords.Json;
            return ControlClient.StreamAsync(ask with { IsEndless = following }, (body, stop) => ShowAsync(body, raw, stop), cancellation);
        });
        return command;
    }

    private static async Task<int> ShowAsync(Stream body, bool raw, CancellationToken cancellation)
    {
        BrokenPipe.EndsUs();
        await foreach (var data in ServerSentEvents.ReadAsync(body, cancellation))
        {
            if (JsonSerializer.Deserialize(data, ContractJson.Default.EventDocument) is not { } told || told.Event == "hello") continue;
            if (raw) Console.Out.WriteLine(data);
            else Console.Out.WriteLine(Text(told));
        }

        return ExitCode.Ok;
    }

    private static string Text(EventDocument told) => told.Event == "lost"
        ? $"({told.Count} events lost)"
        : $"{told.Time}  {told.Event.PadRight(KindWidth)}  {Shown.Harmless(told.Message)}";
}
