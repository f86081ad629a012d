using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>Whether and when PM2 starts an app again.</summary>
/// <param name="hasBackoff">True if the waits grow; a constant wait then does not count, as in PM2's lib/God.js.</param>
internal sealed class AppRestarts(ImportedProgram program, bool hasBackoff)
{
    public const string Backoff = "exp_backoff_restart_delay";

    private const string Factor = "1.5";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    /// <returns>False for a key of another table.</returns>
    public bool Read(Entry entry, Place at)
    {
        var text = entry.Value.Text() ?? "";
        switch (entry.Key.Text)
        {
            case "autorestart":
                if (text == "false") program.Raw(Key.RestartPolicy, "\"no\"", at);
                else program.Same();
                return true;
            case "autostart":
                if (text == "false") program.Flag(Key.Autostart, false, at);
                else program.Same();
                return true;
            case "stop_exit_codes" when entry.Value.Texts().All(code => code.Text == "0"):
                program.Raw(Key.RestartPolicy, "on-failure", at);
                return true;
            case "max_restarts":
                if (program.Value(entry.Shown(), text, Nodes.Integer, at, "restart") is not { } attempts) return true;
                program.Number(Key.MaxAttempts, Math.Max(1, attempts), at);
                program.Note(at, "max_attempts counts all restarts in 'window', also after a good start", "restart");
                return true;
            case "restart_delay" when hasBackoff:
                program.Note(at, $"restart_delay is left out: {Backoff} is there", "restart");
                return true;
            case "restart_delay":
                if (Span(entry, at) is { } delay) program.RestartDelay(delay, at, isConstant: true);
                return true;
            case Backoff:
                if (Span(entry, at) is not { } first) return true;
                program.RestartDelay(first, at, isConstant: false);
                program.Raw(Key.RestartMultiplier, Factor, at);
                program.Duration(Key.RestartMaxDelay, LongestWait, at);
                return true;
            default:
                return false;
        }
    }

    private TimeSpan? Span(Entry entry, Place at) =>
        program.Value(entry.Shown(), entry.Value.Text() ?? "", AppValues.Span, at, Key.RestartDelay.Path);
}
