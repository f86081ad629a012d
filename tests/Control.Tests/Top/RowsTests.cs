using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Top;

namespace Control.Tests.Top;

public sealed class RowsTests
{
    private static readonly WorkerStatus[] Workers =
    [
        Given.Worker("api@0") with { Pid = 30, CpuPercent = 1, Memory = 300, Restarts = 5, Uptime = 9 },
        Given.Worker("web@0") with { Pid = 10, CpuPercent = 50, Memory = 100, Uptime = 5 },
        Given.Worker("web@1", "failed") with
        {
            Pid = null, CpuPercent = null, Memory = null, Uptime = null, Restarts = 2, Binds = [], LastLine = "No Such File",
        },
        Given.Worker("web@10", "starting") with
        {
            Pid = 20, CpuPercent = 2, Memory = 200, Uptime = 7, Connections = 3, Binds = [],
            AcceptQueue = 2, AcceptQueueLimit = 511,
        },
    ];

    private static readonly IReadOnlyList<Row> All = Rows.All(Given.Status(Workers), Rates.None);

    [Theory]
    [InlineData("worker", "api@0 web@0 web@1 web@10", "web@10 web@1 web@0 api@0")]
    [InlineData("state", "web@1 web@10 api@0 web@0", "api@0 web@0 web@10 web@1")]
    [InlineData("pid", "api@0 web@10 web@0 web@1", "web@0 web@10 api@0 web@1")]
    [InlineData("uptime", "api@0 web@10 web@0 web@1", "web@0 web@10 api@0 web@1")]
    [InlineData("restarts", "api@0 web@1 web@0 web@10", "web@0 web@10 web@1 api@0")]
    [InlineData("cpu", "web@0 web@10 api@0 web@1", "api@0 web@10 web@0 web@1")]
    [InlineData("memory", "api@0 web@10 web@0 web@1", "web@0 web@10 api@0 web@1")]
    [InlineData("connections", "web@10 api@0 web@0 web@1", "web@10 api@0 web@0 web@1")]
    [InlineData("queue", "web@10 api@0 web@0 web@1", "web@10 api@0 web@0 web@1")]
    [InlineData("bind", "web@1 web@10 api@0 web@0", "api@0 web@0 web@1 web@10")]
    public void Of_Order_SortsTheRows(string word, string sorted, string reversed)
    {
        var column = Columns.All.Single(column => column.Word == word).Column;
        Assert.Equal(sorted, Names(Rows.Of(All, order: new Order(column))));
        Assert.Equal(reversed, Names(Rows.Of(All, order: new Order(column, IsReversed: true))));
    }

    [Theory]
    [InlineData("", "api@0 web@0 web@1 web@10")]
    [InlineData("web", "web@0 web@1 web@10")]
    [InlineData("WEB@1", "web@1 web@10")]
    [InlineData("failed", "web@1")]
    [InlineData("such", "web@1")]
    [InlineData("8080", "api@0 web@0")]
    [InlineData("30", "api@0")]
    [InlineData("  web ready ", "web@0")]
    [InlineData("nothing", "")]
    public void Of_Filter_HasTheRowsWithAllWords(string filter, string names) =>
        Assert.Equal(names, Names(Rows.Of(All, filter)));

    [Fact]
    public void Of_Services_HaveTheSumsOfTheirWorkers()
    {
        var rows = Rows.Of(All, grouping: Grouping.Services);
        Assert.Equal("api web", Names(rows));
        Assert.Equal(("1/3", 2), (rows[1].State, rows[1].Restarts));
        Assert.Equal((52d, 300L, 3d), (rows[1].Cpu, rows[1].Memory, rows[1].Connections));
        Assert.Equal(("8080", "-"), (rows[0].Bind, rows[1].Bind));
        Assert.Null(rows[0].Connections);
    }

    [Theory]
    [InlineData("worker", "api api@0 web web@0 web@1 web@10")]
    [InlineData("cpu", "web web@0 web@10 web@1 api api@0")]
    public void Of_ServicesAndWorkers_SortsBoth(string word, string names) => Assert.Equal(names, Names(Rows.Of(
        All, order: new Order(Columns.All.Single(column => column.Word == word).Column),
        grouping: Grouping.ServicesAndWorkers)));

    private static string Names(IEnumerable<Row> rows) => string.Join(' ', rows.Select(row => row.Name));
}
