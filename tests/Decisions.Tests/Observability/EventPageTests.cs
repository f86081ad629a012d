using System.Reflection;
using Reuseportd.Observability.Events;
using Tests.Manual;

namespace Decisions.Tests.Observability;

/// <summary>The reference of events has the events of the code, with their message ids and fields.</summary>
public sealed class EventPageTests
{
    private static readonly IReadOnlyList<ReferenceTable> Page = ReferenceTable.AllOf("docs/reference/events.md");

    private static readonly EventKind[] Kinds =
    [
        .. typeof(EventKind).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (EventKind)field.GetValue(null)!),
    ];

    [Fact]
    public void Events_OfTheCode_HaveOneRowEach() => Assert.Equal(
        Kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal),
        Rows().Select(NameOf).Order(StringComparer.Ordinal));

    [Fact]
    public void MessageIds_OfTheCode_AreThoseOfThePage() => Assert.Equal(
        Kinds.Select(kind => (kind.Name, kind.MessageId)).Order(),
        Page.Single(table => table.Section == "Message ids").Rows.Select(row => (NameOf(row), row[1].Trim('`'))).Order());

    [Fact]
    public void Fields_OfEachEvent_AreThoseOfItsRow()
    {
        var common = Page[0].Rows.SelectMany(row => ReferenceTable.Words(row[0]))
            .Concat(["REUSEPORT_SERVICE", "REUSEPORT_WORKER", "REUSEPORT_PID", "REUSEPORT_EXCEPTION", "ERRNO"]).ToHashSet();
        var logged = LogEventsTests.Table
            .SelectMany(row => FieldsOf(row.Data.Item4).Select(field => (Event: row.Data.Item1, Field: field)))
            .Where(one => !common.Contains(one.Field));
        var described = Rows().SelectMany(
            row => ReferenceTable.Words(row[3]).Select(field => (Event: NameOf(row), Field: field)));
        Assert.Equal(logged.Distinct().Order(), described.Order());
    }

    [Fact]
    public void Events_ThatMayReportProblems_AreInTheTroubleshootingPage()
    {
        var page = File.ReadAllText(Checkout.At("docs/troubleshooting.md"));
        var missing = Rows().Where(row => row[1] is not ("information" or "debug"))
            .Select(NameOf).Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    private static IEnumerable<string> FieldsOf(Action<Serilog.ILogger> say)
    {
        using var log = new CollectedLog();
        say(log.Logger);
        return [.. log.Events().SelectMany(said => said.EnumerateObject()).Select(field => field.Name)];
    }

    private static IEnumerable<string[]> Rows() =>
        Page.Where(table => table.Columns is ["event", "priority", ..]).SelectMany(table => table.Rows);

    private static string NameOf(string[] row) => row[0].Trim('`');
}
