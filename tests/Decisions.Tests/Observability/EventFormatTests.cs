using System.Text;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Serilog.Events;

namespace Decisions.Tests.Observability;

public sealed class EventFormatTests
{
    [Theory]
    [InlineData("REUSEPORT_SERVICE", "REUSEPORT_SERVICE")]
    [InlineData("ERRNO", "ERRNO")]
    [InlineData("SourceContext", "SOURCE_CONTEXT")]
    [InlineData("RequestId2", "REQUEST_ID2")]
    [InlineData("HTTPMethod", "HTTPMETHOD")]
    [InlineData("Odd.Näme", "ODD_N_ME")]
    [InlineData("worker", null)]
    [InlineData("_PID", null)]
    [InlineData("0", null)]
    [InlineData("", null)]
    [InlineData("MESSAGE", null)]
    [InlineData("Message", null)]
    [InlineData("Priority", null)]
    [InlineData("SyslogIdentifier", null)]
    public void NameOf_Property_IsAValidJournalField(string property, string? field) =>
        Assert.Equal(field, EventFields.NameOf(property));

    [Fact]
    public void NameOf_LongName_IsCut() =>
        Assert.True(JournalField.IsName(EventFields.NameOf("A" + new string('b', 200))));

    [Fact]
    public void Emit_JsonValues_KeepTheirTypes()
    {
        using var log = new CollectedLog();
        log.Logger.Information(
            "{Text} {Number} {Ratio} {Nan} {Truth} {Nothing} {List} {When:yyyy}",
            "a \"b\"\n\e", 7UL, 0.5, double.NaN, true, null, new[] { 1, 2 }, new DateTime(2026, 1, 2));
        var said = Assert.Single(log.Events());
        Assert.Equal("a \"b\"\n\e", said.GetProperty("TEXT").GetString());
        Assert.Equal(7, said.GetProperty("NUMBER").GetInt32());
        Assert.Equal(0.5, said.GetProperty("RATIO").GetDouble());
        Assert.Equal("NaN", said.GetProperty("NAN").GetString());
        Assert.True(said.GetProperty("TRUTH").GetBoolean());
        Assert.Equal("", said.GetProperty("NOTHING").GetString() ?? "");
        Assert.Equal("[1, 2]", said.GetProperty("LIST").GetString());
        Assert.Equal("a \"b\"\n\e 7 0.5 NaN True  [1, 2] 2026", said.GetProperty("MESSAGE").GetString());
    }

    [Fact]
    public void Emit_JsonException_IsAField()
    {
        using var log = new CollectedLog();
        log.Logger.Error(new InvalidOperationException("oh"), "it {Broke}", "broke");
        var exception = Assert.Single(log.Events()).GetProperty("REUSEPORT_EXCEPTION").GetString();
        Assert.Contains("oh", exception, StringComparison.Ordinal);
    }

    [Fact]
    public void Emit_Journal_IsAnEntryOfTheProtocol()
    {
        using var log = new CollectedLog(LogForm.Journal);
        log.Logger.Spawned(new WorkerName("web", 2), 4242, 1, ShardingMethod.Preload);
        log.Logger.Warning("two\nlines of {What}", "text");
        var fields = JournalEntry.Parse(Encoding.UTF8.GetBytes(log.Text()));
        var first = fields[..(fields.FindIndex(field => field.Name == "MESSAGE") + 1)]
            .ToDictionary(field => field.Name, field => Encoding.UTF8.GetString(field.Value));
        Assert.Equal("web@2: process 4242 started (generation 1)", first["MESSAGE"]);
        Assert.Equal("6", first["PRIORITY"]);
        Assert.Equal("reuseportd", first["SYSLOG_IDENTIFIER"]);
        Assert.Equal("spawn", first["REUSEPORT_EVENT"]);
        Assert.Equal("web", first["REUSEPORT_SERVICE"]);
        Assert.Equal("2", first["REUSEPORT_WORKER"]);
        Assert.Equal("4242", first["REUSEPORT_PID"]);
        Assert.Equal(EventKind.Spawn.MessageId, first["MESSAGE_ID"]);
        Assert.Equal("two\nlines of text", Encoding.UTF8.GetString(fields[^1].Value));
    }

    [Fact]
    public void Emit_Console_IsHarmlessAndReadable()
    {
        using var log = new CollectedLog(LogForm.Console);
        log.Logger.Failed(new WorkerName("web", 2), "\e[2Jodd");
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3} reuseportd error \| web@2: failed: \\x1b\[2Jodd\n$", log.Text());
    }

    [Fact]
    public void Emit_ConsoleInColour_ColoursTheSeverity()
    {
        using var log = new CollectedLog(LogForm.Console, colour: true);
        log.Logger.ConfigurationWarning("odd");
        Assert.Contains("\e[33mreuseportd warning\e[0m | odd", log.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Level_OmitsLessSevereEvents()
    {
        using var log = new CollectedLog(level: DaemonLog.Level(LogThreshold.Warning));
        log.Logger.Spawned(new WorkerName("web", 2), 4242, 1, ShardingMethod.Preload);
        log.Logger.ConfigurationWarning("odd");
        Assert.Single(log.Events());
        Assert.Equal(LogEventLevel.Debug, DaemonLog.Level(LogThreshold.Debug));
    }
}
