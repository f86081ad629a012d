using Reuseportd.Control;

namespace Control.Tests.Harness;

/// <summary>What a command of the client said and answered.</summary>
internal sealed record Run(int Code, string Output, string Errors)
{
    public static async Task<Run> CommandAsync(string socket, params string[] arguments)
    {
        var root = CommandTree.Create();
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
