using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary><c>reuseportctl status [SERVICE|WORKER...] [-o table|json]</c>.</summary>
internal static class StatusCommand
{
    private const string Table = "table";
    private const string Json = "json";

    public static Command Create(Option<string> socket)
    {
        var names = new Argument<string[]>("NAME") { Description = "Services (web) or workers (web@2); all where none is named.", Arity = ArgumentArity.ZeroOrMore };
        names.Validators.Add(result =>
        {
            // The parser takes an option that it does not know for a name.
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-'))) result.AddError($"unknown option '{token.Value}'");
        });
        var output = new Option<string>("-o", "--output") { Description = "Form of the answer.", DefaultValueFactory = _ => Table };
        output.AcceptOnlyFromAmong(Table, Json);

        var command = new Command("status", "Shows the workers and what they do: all of them where no NAME is given.") { names, output };
        command.SetAction((parsed, cancellation) => ControlClient.AskAsync(
            parsed.GetRequiredValue(socket), HttpMethod.Get, "/v1/status", ContractJson.Default.StatusDocument,
            status => Show(status, parsed.GetValue(names) ?? [], parsed.GetRequiredValue(output)), cancellation));
        return command;
    }

    private static int Show(StatusDocument status, string[] names, string form)
    {
        foreach (var unknown in names.Where(name => !status.Workers.Any(worker => IsNamed(worker, name))))
        {
            Console.Error.WriteLine($"reuseportctl: there is no service or worker '{unknown}'");
            return ExitCode.NoSuchName;
        }

        WorkerStatus[] shown = [.. status.Workers.Where(worker => names.Length == 0 || names.Any(name => IsNamed(worker, name)))];
        if (form == Json) Console.WriteLine(JsonSerializer.Serialize(status with { Workers = shown }, ContractJson.Default.StatusDocument));
        else Console.Write(StatusTable.Of(status, shown));
        return names.Length == 0 || shown.All(worker => worker.State == "ready") ? ExitCode.Ok : ExitCode.NotRunning;
    }

    private static bool IsNamed(WorkerStatus worker, string name) =>
        worker.Name == name || worker.Name.AsSpan(0, worker.Name.LastIndexOf('@')).SequenceEqual(name);
}
