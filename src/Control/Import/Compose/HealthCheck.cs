using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>A health check becomes a probe of ready workers.</summary>
internal static class HealthCheck
{
    private const string Liveness = "liveness";

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    private static readonly string[] Keys =
        ["test", "interval", "timeout", "retries", "start_period", "start_interval", "disable"];

    public static void Read(MapNode check, ComposeValues values, ImportedProgram program)
    {
        foreach (var entry in check.Entries.Where(entry => !Keys.Contains(entry.Key.Text)
            && !entry.Key.Text.StartsWith("x-", StringComparison.Ordinal)))
            program.Unknown(entry.Key.Place, $"healthcheck.{entry.Shown()}");
        if (check.Find("disable").IsTrue())
        {
            program.Same();
            return;
        }

        if (check.Find("test") is not { } test)
        {
            program.Missing(check.Place, "healthcheck: its 'test' is in the image (HEALTHCHECK); see 'liveness'", Liveness);
            return;
        }

        string[] words = [.. test.Texts().Select(item => values.Text(item, Liveness))];
        if (words is ["NONE", ..]) program.Same();
        else if (Command(words) is [{ Length: > 0 }, ..] command) Probe(check, command, values, program);
        else program.Missing(test.Place, "healthcheck: its 'test' has no command", Liveness);
    }

    private static void Probe(MapNode check, IReadOnlyList<string> command, ComposeValues values, ImportedProgram program)
    {
        program.Raw(Key.LivenessType, "exec", check.Place);
        program.List(Key.LivenessCommand, command.Select(Placeholders.Escape), check.Place);
        program.Missing(
            check.Place,
            $"Compose only marks a container that fails, and the daemon restarts the worker: {Printable.Text(command[0])} has to "
            + "be on the host",
            Liveness);
        Span("interval", Key.LivenessPeriod, Usual);
        Span("timeout", Key.LivenessTimeout, Usual);
        Span("start_period", Key.LivenessDelay, TimeSpan.Zero);
        // The usual number is 3 for both.
        if (check.Find("retries") is ScalarNode retries && values.Integer(retries, Liveness) is not (0 or null) and var count)
            program.Number(Key.LivenessThreshold, count.Value, retries.Place);
        if (check.Find("start_interval") is { } start)
            program.Note(start.Place, "start_interval is left out: the period is the same from the start", Liveness);

        // Docker takes 0 for its usual value.
        void Span(string name, Key key, TimeSpan usual)
        {
            var node = check.Find(name) as ScalarNode;
            var span = node is { IsNull: false } ? values.Duration(node, Liveness) ?? usual : TimeSpan.Zero;
            if (span == TimeSpan.Zero) span = usual;
            if (span > TimeSpan.Zero) program.Duration(key, span, (node ?? (Node)check).Place);
        }
    }

    private static IReadOnlyList<string> Command(string[] words) => words switch
    {
        ["CMD", .. var command] => command,
        ["CMD-SHELL", var line, ..] => ShellLine.Command(line, out _, out _),
        [var line] => ShellLine.Command(line, out _, out _),
        _ => words,
    };
}
