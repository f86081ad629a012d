using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl diff</c>.</summary>
internal static class DiffCommand
{
    public static Command Create(Option<string> socket)
    {
        var output = FormWords.Create(FormWords.Text, FormWords.Json);
        var command = new Command("diff", "Show what 'apply' would change now.") { output };
        command.SetAction((parsed, cancellation) => ControlClient.AskAsync(
            Ask.Get(parsed.GetRequiredValue(socket), "/v1/diff", []), ContractJson.Default.DiffDocument,
            diff => Show(diff, parsed.GetRequiredValue(output)), cancellation));
        return command;
    }

    private static int Show(DiffDocument diff, string form)
    {
        if (form == FormWords.Json) Console.WriteLine(JsonSerializer.Serialize(diff, ContractJson.Default.DiffDocument));
        foreach (var warning in diff.Warnings) Console.Error.WriteLine(warning);
        foreach (var error in diff.Errors) Console.Error.WriteLine(error);
        if (diff.Errors.Count > 0) return ExitCode.Failed;
        if (form == FormWords.Json) return ExitCode.Ok;
        foreach (var service in diff.Services)
        {
            Console.WriteLine($"{service.Name}: {Meaning(service.Change)}");
            foreach (var key in service.Keys) Console.WriteLine($"    {key.Path}: {Value(key.From)} -> {Value(key.To)}");
        }

        if (diff.Services.Count == 0)
            Console.WriteLine(
                diff.Kept.Count == 0 ? "no changes: the files match the running configuration" : "nothing would change");
        foreach (var kept in diff.Kept)
            Console.WriteLine($"scaled by hand: {Shown.Scaled(kept)}; the number holds until 'workers' of its file changes");
        return ExitCode.Ok;
    }

    private static string Meaning(string change) => change switch
    {
        "replaced" => "replaced (its workers restart)",
        "policy" => "policy changed (no worker restarts)",
        "scaled" => "scaled (remaining workers do not restart)",
        "paused" => "paused (some workers have the old configuration; see 'reuseportctl resume' and 'rollback')",
        _ => change,
    };

    private static string Value(JsonElement? value) => value is { } some ? JsonText.Format(some) : "nothing";
}
