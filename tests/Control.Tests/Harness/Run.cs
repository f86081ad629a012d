using Reuseportd.Control;

namespace Control.Tests.Harness;

/// <summary>Exit code and output of a command of the client.</summary>
internal sealed record Run(int Code, string Output, string Errors)
{
    /// <summary>Compares all output with a file. Only these files have the sentences of the client.</summary>
    public void ExpectGolden(string name) => Golden.Expect(
        $"tests/Control.Tests/Golden/{name}.txt", $"{Output}{Section("stderr", Errors)}exit code {Code}\n");

    private static string Section(string title, string text) => text.Length == 0 ? "" : $"--- {title}\n{text}---\n";

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
