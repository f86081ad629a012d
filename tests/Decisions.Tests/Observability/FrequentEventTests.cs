using System.Text.RegularExpressions;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Serilog;

namespace Decisions.Tests.Observability;

/// <summary>Events without Serilog's template equal the events that Serilog creates from the same text and values.</summary>
public sealed partial class FrequentEventTests
{
    private static readonly WorkerName Web = new("web", 2);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(100_000)]
    public void Spawned_InEachForm_IsTheSame(int number)
    {
        var worker = new WorkerName("web", number);
        AssertSame(
            log => log.Spawned(worker, 4242, number, ShardingMethod.Preload),
            log => log.ForContext(
                new EventDetails(EventKind.Spawn).For(worker, 4242).With("REUSEPORT_METHOD", "preload")).Information(
                "{worker}: process {REUSEPORT_PID} started (generation {REUSEPORT_GENERATION})", worker, 4242, number));
    }

    [Fact]
    public void Ready_InEachForm_IsTheSame() => AssertSame(
        log => log.Ready(Web, 4242, TimeSpan.FromMilliseconds(1450)),
        log => log.ForContext(new EventDetails(EventKind.Ready).For(Web, 4242).With("REUSEPORT_AFTER_MS", 1450L))
            .Information("{worker}: ready after {after}", Web, DurationText.Of(TimeSpan.FromMilliseconds(1450))));

    private static void AssertSame(Action<ILogger> made, Action<ILogger> asSerilogDoes)
    {
        foreach (var form in (LogForm[])[LogForm.Json, LogForm.Journal, LogForm.Console])
            Assert.Equal(Said(form, asSerilogDoes), Said(form, made));
    }

    private static string Said(LogForm form, Action<ILogger> say)
    {
        using var log = new CollectedLog(form);
        say(log.Logger);
        return Moment().Replace(log.Text(), "then");
    }

    [GeneratedRegex(@"(\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d\.\d+Z?")]
    private static partial Regex Moment();
}
