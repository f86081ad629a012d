using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl show SERVICE</c>.</summary>
internal static class ShowCommand
{
    public static Command Create(Option<string> socket)
    {
        var service = NameWords.Service(socket);
        var output = FormWords.Create(FormWords.Yaml, FormWords.Json);
        var command = new Command(
            "show",
            "Show the configuration of a service in effect, defaults included. A comment replaces a default that depends on more "
            + "than the service.") { service, output };
        command.SetAction((parsed, cancellation) => ControlClient.AskAsync(
            Ask.Get(
                parsed.GetRequiredValue(socket), $"/v1/services/{Uri.EscapeDataString(parsed.GetRequiredValue(service))}", []),
            ContractJson.Default.ServiceDocument, document => Show(document, parsed.GetRequiredValue(output)), cancellation));
        return command;
    }

    private static int Show(ServiceDocument document, string form)
    {
        var json = JsonSerializer.SerializeToElement(document, ContractJson.Default.ServiceDocument);
        Console.Write(form == FormWords.Json ? json.GetRawText() + "\n" : YamlText.Format(json) + Unset.Comments(document));
        return ExitCode.Ok;
    }
}
