using System.CommandLine;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl completion bash|fish|zsh</c>.</summary>
internal static class CompletionCommand
{
    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, fish or zsh." };
        shell.AcceptOnlyFromAmong("bash", "fish", "zsh");
        var command = new Command(
            "completion",
            "Print the script that makes a shell complete the words of this program. The packages install it.") { shell };
        command.SetAction(parsed =>
        {
            Console.Write(Script(parsed.GetRequiredValue(shell)));
            return ExitCode.Ok;
        });
        return command;
    }

    public static string Script(string shell)
    {
        using var stream = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion.{shell}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
