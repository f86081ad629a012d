using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl logs [-f] [-n N] [NAME...]</c>.</summary>
internal static class LogsCommand
{
    private const int DefaultLines = 100;

    public static Command Create(Option<string> socket)
    {
        var lines = new Option<int>("--lines", "-n") {
            Description = "Number of newest lines.", HelpName = "N", DefaultValueFactory = _ => DefaultLines,
        };
        lines.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !token.Value.All(char.IsAsciiDigit))
                result.AddError($"-n accepts a number of lines, not '{token.Value}'");
        });
        return new StreamVerb(
            "logs",
            "Show the newest lines of workers' stdout and stderr, also if the output goes to a file.",
            "Workers to show; without names, all.",
            "Continue with new lines, until Ctrl-C.",
            "/v1/logs",
            Poll.LinesAsync).Create(
            socket, more: [lines],
            (parsed, following) => [$"lines={parsed.GetValue(lines)}", $"follow={(following ? "true" : "false")}"], Text);
    }

    private static string? Text(string json, bool colour)
    {
        if (JsonSerializer.Deserialize(json, ContractJson.Default.LogLine) is not { } line) return null;
        var lost = line.Lost is { } count ? $"({count} lines lost)\n" : "";
        var name = colour ? $"\e[36m{line.Worker}\e[0m" : line.Worker;
        return $"{lost}{name}: {Shown.Harmless(line.Text)}";
    }
}
