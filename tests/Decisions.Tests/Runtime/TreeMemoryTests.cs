using Reuseportd.Linux.Processes;
using Reuseportd.Runtime.Updates;

namespace Decisions.Tests.Runtime;

public sealed class TreeMemoryTests
{
    private const int Page = 4096;

    [Fact]
    public void Of_ChildrenAndSessions_CountForTheirWorker()
    {
        var table = new ProcessTable(
        [
            Entry(100, parent: 1, session: 100, pages: 10),
            Entry(101, parent: 100, session: 100, pages: 1),
            // This grandchild has left its session.
            Entry(102, parent: 101, session: 102, pages: 2),
            // This process has daemonized within the session: its parent is the daemon.
            Entry(103, parent: 1, session: 100, pages: 4),
            Entry(200, parent: 1, session: 200, pages: 100),
            Entry(900, parent: 1, session: 900, pages: 5_000),
        ]);

        var memory = TreeMemory.Sum(table, new Dictionary<int, ulong> { [100] = 7, [200] = 8 }, Page);

        Assert.Equal([(7UL, 17UL * Page), (8UL, 100UL * Page)], memory.Order());
    }

    [Fact]
    public void Of_ParentsInACircle_Ends() =>
        // Two reads of /proc at different moments can show a circle.
        Assert.Empty(TreeMemory.Sum(
            new ProcessTable([Entry(5, parent: 6, session: 5, pages: 1), Entry(6, parent: 5, session: 6, pages: 1)]),
            new Dictionary<int, ulong> { [100] = 7 },
            Page));

    private static ProcessEntry Entry(int pid, int parent, int session, ulong pages) =>
        new(pid, 'S', parent, session, session, 1, pages);
}
