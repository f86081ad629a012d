using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary><c>reuseportctl logs [-f] [-n N] [NAME...]</c>.</summary>
internal static class LogsCommand
{
    private const int UsualLines = 100;

    public static Command Create(Option<string> socket)
    {
        var names = NameWords.Several(socket, "Whose; all where none is named.", atLeastOne: false);
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what comes, until Ctrl-C." };
        var lines = new Option<int>("--lines", "-n") { Description = "How many of the newest lines.", HelpName = "N", DefaultValueFactory = _ => UsualLines };
        lines.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !token.Value.All(char.IsAsciiDigit)) result.AddError($"-n accepts a number of lines, not '{token.Value}'");
        });
        var output = FormWords.Create(FormWords.Text, FormWords.Json);
        var command = new Command("logs", "Show the newest lines that workers wrote to their stdout and stderr, where those go to the log.") { names, follow, lines, output };
        command.SetAction((parsed, cancellation) =>
        {
            var ask = Ask.Get(
                parsed.GetRequiredValue(socket), "/v1/logs", parsed.GetValue(names) ?? [],
                $"lines={parsed.GetValue(lines)}", $"follow={(parsed.GetValue(follow) ? "true" : "false")}");
            var raw = parsed.GetRequiredValue(output) == FormWords.Json;
            return ControlClient.StreamAsync(
                ask with { IsEndless = parsed.GetValue(follow) }, (body, stop) => ShowAsync(body, raw, Colours.OnStdout(), stop), cancellation);
        });
        return command;
    }

    private static async Task<int> ShowAsync(Stream body, bool raw, bool colour, CancellationToken cancellation)
    {
        BrokenPipe.EndsUs();
        using var reader = new StreamReader(body);
        while (await reader.ReadLineAsync(cancellation) is { } json)
        {
            if (json.Length == 0) continue;
            if (raw) Console.Out.WriteLine(json);
            else if (JsonSerializer.Deserialize(json, ContractJson.Default.LogLine) is { } line) Console.Out.Write(Text(line, colour));
        }

        return ExitCode.Ok;
    }

    private static string Text(LogLine line, bool colour)
    {
        var lost = line.Lost is { } count ? $"({count} lines lost)\n" : "";
        var name = colour ? $"\e[36m{line.Worker}\e[0m" : line.Worker;
        return $"{lost}{name}: {Shown.Harmless(line.Text)}\n";
    }
}
