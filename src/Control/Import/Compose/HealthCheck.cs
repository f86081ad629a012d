using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Import.Compose;

/// <summary>A health check becomes a probe of ready workers.</summary>
internal static class HealthCheck
{
    private const string Liveness = "liveness";

    public static void Read(MapNode check, ComposeValues values, ImportedProgram program)
    {
        if (check.Find("disable").IsTrue() || Command(check, values) is not [{ Length: > 0 }, ..] command) return;
        program.Raw(Key.LivenessType, "exec", check.Place);
        program.List(Key.LivenessCommand, command.Select(Placeholders.Escape), check.Place);
        program.Note(check.Place, "a worker that fails is restarted; the command runs on the host", Liveness);
        Span("interval", Key.LivenessPeriod, TimeSpan.FromSeconds(30));
        Span("timeout", Key.LivenessTimeout, TimeSpan.FromSeconds(30));
        Span("start_period", Key.LivenessDelay, null);
        if (check.Find("retries") is ScalarNode retries && Nodes.Integer(values.Text(retries, Liveness)) is { } count)
            program.Number(Key.LivenessThreshold, count, retries.Place);

        void Span(string name, Key key, TimeSpan? otherwise)
        {
            if (check.Find(name) is ScalarNode { IsNull: false } node)
            {
                if (values.Duration(node, Liveness) is { } span) program.Duration(key, span, node.Place);
            }
            else if (otherwise is { } usual)
            {
                program.Duration(key, usual, check.Place);
            }
        }
    }

    /// <returns>Null for no check.</returns>
    private static IReadOnlyList<string>? Command(MapNode check, ComposeValues values)
    {
        if (check.Find("test") is not { } test) return null;
        string[] words = [.. test.Texts().Select(item => values.Text(item, Liveness))];
        return words switch
        {
            [] or ["NONE", ..] => null,
            ["CMD", .. var command] => command,
            ["CMD-SHELL", var line, ..] => ShellLine.Command(line, out _, out _),
            [var line] => ShellLine.Command(line, out _, out _),
            _ => words,
        };
    }
}
