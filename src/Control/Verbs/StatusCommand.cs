using System.CommandLine;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl status [NAME...] [-o table|wide|json] [--watch]</c>.</summary>
internal static class StatusCommand
{
    public static Command Create(Option<string> socket)
    {
        var names = NameWords.Several(socket, "Workers to show; without names, all.", atLeastOne: false);
        var output = FormWords.Create(FormWords.Table, FormWords.Wide, FormWords.Json);
        var watch = new Option<bool>("--watch", "-w") { Description = "Show the status every second, until Ctrl-C." };
        var command = new Command(
            "status",
            "Show the workers and their states. With names, the exit code is 3 unless all of them are ready and the host is in "
            + "service; a service without workers is not ready.") { names, output, watch };
        command.SetAction((parsed, cancellation) =>
        {
            var named = parsed.GetValue(names) ?? [];
            var form = parsed.GetRequiredValue(output);
            var ask = Ask.Get(parsed.GetRequiredValue(socket), "/v1/status", named);
            if (!parsed.GetValue(watch)) return AskAsync(ask, form, Console.Out.Write, cancellation);
            var isLines = form == FormWords.Json;
            var again = ask with { IsEndless = true };
            return Watch.RunAsync(isLines, stop => AskAsync(again, form, Watch.Write(isLines), stop), cancellation);

            Task<int> AskAsync(Ask question, string shape, Action<string> write, CancellationToken stop) =>
                ControlClient.AskAsync(
                    question, ContractJson.Default.StatusDocument, status => Show(status, named, shape, write), stop);
        });
        return command;
    }

    private static int Show(StatusDocument status, string[] names, string form, Action<string> write)
    {
        write(form == FormWords.Json
            ? JsonSerializer.Serialize(status, ContractJson.Default.StatusDocument) + "\n"
            : StatusTable.Format(status, form == FormWords.Wide, Colours.OnStdout(), Screen.Width()));
        return names.Length == 0
            || (status.Host is null && status.Workers.All(worker => worker.State == "ready")
                && names.All(name => IsServed(status, name)))
            ? ExitCode.Ok
            : ExitCode.NotRunning;
    }

    /// <summary>A service without workers does not serve. A pattern needs at least one worker.</summary>
    private static bool IsServed(StatusDocument status, string name) =>
        NameWords.IsPattern(name)
            ? status.Workers.Count > 0
            : status.Workers.Any(worker => worker.Service == name || worker.Name == name);
}
