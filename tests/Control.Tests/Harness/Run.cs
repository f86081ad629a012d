using System.CommandLine;
using Reuseportd.Control;

namespace Control.Tests.Harness;

/// <summary>What a command of the client said and answered.</summary>
internal sealed record Run(int Code, string Output, string Errors)
{
    public static async Task<Run> CommandAsync(string socket, params string[] arguments)
    {
        var option = new Option<string>("--socket") { Recursive = true };
        var root = new RootCommand { option };
        root.Subcommands.Add(StatusCommand.Create(option));
        root.Subcommands.Add(ApplyCommand.Create(option));

        var (output, errors) = (Console.Out, Console.Error);
        await using var said = new StringWriter();
        await using var complained = new StringWriter();
        Console.SetOut(said);
        Console.SetError(complained);
        try
        {
            var parsed = root.Parse(["--socket", socket, .. arguments]);
            var code = parsed.Errors.Count > 0 ? ExitCode.Usage : await parsed.InvokeAsync();
            return new Run(code, said.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
