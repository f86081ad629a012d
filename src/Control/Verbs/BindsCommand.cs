using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl binds [NAME...]</c>.</summary>
internal static class BindsCommand
{
    public static Command Create(Option<string> socket)
    {
        var names = NameWords.Several(socket, "Workers to show; without names, all.", atLeastOne: false);
        var output = FormWords.Create(FormWords.Table, FormWords.Json);
        var command = new Command("binds", "Show every socket that workers bound or tried to bind, and why some do not serve.") {
            names, output,
        };
        command.SetAction((parsed, cancellation) => ControlClient.AskAsync(
            Ask.Get(parsed.GetRequiredValue(socket), "/v1/binds", parsed.GetValue(names) ?? []),
            ContractJson.Default.BindsDocument,
            binds =>
            {
                Console.Write(parsed.GetRequiredValue(output) == FormWords.Json
                    ? JsonSerializer.Serialize(binds, ContractJson.Default.BindsDocument) + "\n"
                    : BindsTable.Format(binds, Colours.OnStdout(), Screen.Width()));
                return ExitCode.Ok;
            }, cancellation));
        return command;
    }
}
