using System.Diagnostics;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>
/// Completion by the program, and by the tab key in real shells at a terminal of script(1).
/// </summary>
public sealed class CompletionTests : DaemonTest
{
    private const string PromptText = "at-your-service> ";

    /// <summary>The answer to the command with both of its words completed.</summary>
    private const string Completed = "alone@0  ready";

    [Theory]
    [InlineData("reuseportctl sc", "scale")]
    [InlineData("reuseportctl st", "start status stop")]
    [InlineData("reuseportctl status -o ", "json table wide")]
    [InlineData("reuseportctl restart --no", "--no-wait")]
    [InlineData("reuseportctl status al", "alone alone@0")]
    [InlineData("reuseportctl show al", "alone")]
    [InlineData("reuseportctl status alone ot", "other other@0 other@1")]
    [InlineData("reuseportctl status other@", "other@0 other@1")]
    [InlineData("reuseportctl status nobody", "")]
    public async Task Complete_Line_HasThePossibleWords(string line, string words)
    {
        await StartAsync();
        var found = "";
        // The names are left out if the daemon is slow to tell them.
        await Deadline.UntilAsync(
            async () =>
            {
                var complete = await Command.RunAsync(Artifacts.Control, ["__complete", line], Socket);
                Assert.Equal((0, ""), (complete.Code, complete.Error));
                var lines = complete.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                return (found = string.Join(' ', lines.Order(StringComparer.Ordinal))) == words;
            },
            $"the words are '{words}'", () => $"they are '{found}'");
    }

    [Fact]
    public async Task Complete_NoDaemon_IsEmptyAtOnce()
    {
        var complete = await Command.RunAsync(Artifacts.Control, ["__complete", "reuseportctl status w"], Socket);
        Assert.Equal((0, "", ""), (complete.Code, complete.Out, complete.Error));
    }

    [Fact]
    public async Task Bash_AtATerminal_CompletesVerbAndLiveName()
    {
        await StartAsync();
        var said = await TypeAsync(
            Programs.Require("bash", "bash"), "--norc --noprofile -i", "eval \"$(reuseportctl completion bash)\"");
        Assert.Contains(Completed, said, StringComparison.Ordinal);
    }

    /// <summary>fish draws its prompt again at each key, so an event tells that a command has ended.</summary>
    [Fact]
    public async Task Fish_AtATerminal_CompletesVerbAndLiveName()
    {
        await StartAsync();
        var said = await TypeAsync(
            Programs.Require("fish", "fish"),
            $"--no-config -i -C 'function announce --on-event fish_prompt; echo \"{PromptText}\"; end'",
            "reuseportctl completion fish | source");
        Assert.Contains(Completed, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zsh_AtATerminal_CompletesVerbAndLiveName()
    {
        await StartAsync();
        var said = await TypeAsync(
            Programs.Require("zsh", "zsh"), "-f -i",
            "unsetopt zle_bracketed_paste; autoload -Uz compinit && compinit -D -u; eval \"$(reuseportctl completion zsh)\"");
        Assert.Contains(Completed, said, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Socket => new() { ["REUSEPORTD_SOCKET"] = Daemon.ControlSocket };

    /// <summary>
    /// Types a verb and a name by their first letters and a tab each, the second behind an '@'. Types them again if the daemon
    /// was slow to tell its names.
    /// </summary>
    private async Task<string> TypeAsync(string shell, string options, string setup)
    {
        var start = Command.Start(
            Programs.Require("script", "bsdutils"),
            ["-qec", $"{shell} {options}", "/dev/null"],
            new Dictionary<string, string>(Socket)
        {
            ["PATH"] = $"{Path.GetDirectoryName(Artifacts.Control)}:{Programs.SearchPath}", ["TERM"] = "dumb",
            ["PS1"] = PromptText, ["NO_COLOR"] = "1",
            ["HOME"] = Daemon.Folder[""],
        });
        using var process = Process.Start(start)!;
        var said = new StringBuilder();
        var prompts = new SemaphoreSlim(0);
        var reading = ReadAsync(process.StandardOutput, said, prompts);
        try
        {
            await Prompt();
            await Type($"{setup}\n");
            await Prompt();
            for (var times = 0; times < 5 && !HasSaid(); times++)
            {
                await Type("reuseportctl statu\talone@\t\n");
                await Prompt();
            }

            await Type("exit\n");
            await process.WaitForExitAsync().WaitAsync(Deadline.Patience);
            await reading.WaitAsync(Deadline.Patience);
            return said.ToString();
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        bool HasSaid()
        {
            lock (said) return said.ToString().Contains(Completed, StringComparison.Ordinal);
        }

        async Task Prompt() => Assert.True(await prompts.WaitAsync(Deadline.Patience), $"no prompt behind: {said}");

        async Task Type(string keys)
        {
            await process.StandardInput.WriteAsync(keys);
            await process.StandardInput.FlushAsync();
        }
    }

    /// <summary>Counts prompts: each stands at the beginning of a line.</summary>
    private static async Task ReadAsync(StreamReader output, StringBuilder said, SemaphoreSlim prompts)
    {
        var (buffer, seen) = (new char[4096], 0);
        while (await output.ReadAsync(buffer) is > 0 and var count)
        {
            lock (said) said.Append(buffer, 0, count);
            for (int at; (at = said.ToString().IndexOf(PromptText, seen, StringComparison.Ordinal)) >= 0; prompts.Release())
                seen = at + 1;
        }
    }

    private async Task StartAsync()
    {
        Daemon.Configure($$"""
            services:
              alone:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                reuseport: { ports: [{{Port}}] }
              other:
                command: [sleep, "1000"]
                workers: 2
                autostart: false
                reuseport: { ports: any, address: {{Daemon.Site.AddressOf(2)}} }
            """);
        await Daemon.StartAsync();
    }
}
