using System.CommandLine;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create(Option<string> socket)
    {
        var command = new Command("check", "Check the files on disk as 'apply' would, and change nothing.");
        command.SetAction((parsed, cancellation) => ControlClient.AskAsync(
            Ask.Get(parsed.GetRequiredValue(socket), "/v1/check", []), ContractJson.Default.CheckDocument, Show, cancellation));
        return command;
    }

    private static int Show(CheckDocument check)
    {
        foreach (var warning in check.Warnings) Console.Error.WriteLine(warning);
        foreach (var error in check.Errors) Console.Error.WriteLine(error);
        if (check.Errors.Count > 0) return ExitCode.Failed;
        Console.WriteLine($"{check.Files.Count} {(check.Files.Count == 1 ? "file" : "files")} checked, no errors");
        return ExitCode.Ok;
    }
}
