using System.Text;
using Reuseportd.Linux.Trees;

namespace Linux.Tests;

/// <summary>The owner of a process, found in tables of the test. The daemon has pid 100.</summary>
public sealed class ProcessTreeTests
{
    private const int Daemon = 100;
    private const string Ours = "A=1\0REUSEPORT_SERVICE=web\0REUSEPORT_WORKER=3\0";
    private const string Others = "REUSEPORT_SERVICE=web\0REUSEPORT_WORKER=30\0";

    private static readonly ForeignRoot Foreign = new(StartTime: 1, Parent: 1);

    private readonly List<ProcessEntry> _table = [];
    private readonly Dictionary<int, string> _environ = [];

    [Fact]
    public void Members_RunningWorker_AreTheWorkerAndItsDescendants()
    {
        Add(200, Daemon).Add(201, 200).Add(202, 201, session: 202).Add(300, Daemon).Add(301, 300).Add(1, 0).Add(50, 1);

        Assert.Equal([200, 201, 202], Members(workers: [200, 300]));
    }

    [Fact]
    public void Members_OrphanWithTheMarks_IsIncludedWithItsDescendants()
    {
        Add(200, Daemon).Add(210, Daemon, session: 210, environ: Ours).Add(211, 210);

        Assert.Equal([200, 210, 211], Members(workers: [200]));
    }

    [Fact]
    public void Members_OrphanOfAnotherWorker_IsLeftAlone()
    {
        Add(200, Daemon).Add(310, Daemon, session: 310, environ: Others);

        Assert.Equal([200], Members(workers: [200]));
    }

    [Theory]
    [InlineData(200, 555)]
    [InlineData(555, 200)]
    public void Members_OrphanWithoutMarks_GoesBySessionAndGroup(int session, int group)
    {
        Add(200, Daemon).Add(210, Daemon, session, group, environ: "").Add(310, Daemon, session: 300, environ: "");

        Assert.Equal([200, 210], Members(workers: [200]));
    }

    [Fact]
    public void Members_SessionOfTheWorkerButMarksOfAnother_IsLeftAlone()
    {
        Add(310, Daemon, session: 200, environ: Others);

        Assert.Empty(Members(workers: [], isReaped: true));
    }

    [Fact]
    public void Members_ReusedPid_IsLeftAlone()
    {
        Add(200, Daemon, session: 200, environ: Ours);

        Assert.Empty(Members(workers: [200], isReaped: true));
    }

    [Fact]
    public void Members_PidOfANewGenerationOfTheWorker_IsLeftAlone()
    {
        Add(200, Daemon, session: 200, environ: Others);

        Assert.Empty(Members(workers: [200]));
    }

    [Fact]
    public void Members_SameSessionOutsideOfTheDaemon_IsLeftAlone()
    {
        Add(210, 1, session: 200, environ: Ours).Add(211, 210, session: 200);

        Assert.Empty(Members(workers: [], isReaped: true));
    }

    [Fact]
    public void Members_Zombies_AreNotCountedButTheirChildrenAre()
    {
        Add(200, Daemon, state: 'Z').Add(201, 200, state: 'Z').Add(202, 201);

        Assert.Equal([202], Members(workers: [200]));
    }

    [Fact]
    public void Members_Foreign_AreTheWorkerAndItsDescendants()
    {
        Add(200, 1, session: 200).Add(201, 200).Add(300, 1, session: 300).Add(301, 300);

        Assert.Equal([200, 201], Members(workers: [200, 300], foreign: Foreign));
    }

    [Fact]
    public void Members_OrphansOfAForeignWorker_GoByMarksSessionAndGroup()
    {
        Add(210, 1, session: 210, environ: Ours).Add(211, 210).Add(220, 1, session: 200).Add(230, 50, group: 200);
        Add(310, 1, session: 310, environ: Others).Add(320, 1, session: 200, environ: Others);

        Assert.Equal([210, 211, 220, 230], Members(workers: [], isReaped: true, foreign: Foreign));
    }

    [Fact]
    public void Members_PidOfAForeignWorkerIsReused_NewSessionIsLeftAlone()
    {
        Add(200, 1, session: 200, start: 2).Add(201, 200, session: 200);

        Assert.Empty(Members(workers: [], foreign: Foreign));
        Assert.Empty(Members(workers: [], isReaped: true, foreign: Foreign));
    }

    [Fact]
    public void Members_NumberOfAForeignWorkerWasFree_OnlyMarksCount()
    {
        Add(201, 1, session: 200).Add(210, 1, environ: Ours);

        Assert.Equal([210], Members(workers: [], isReaped: true, foreign: Foreign with { HasNumber = false }));
    }

    [Theory]
    [InlineData("REUSEPORT_SERVICE=web\0REUSEPORT_WORKER=3\0", true)]
    [InlineData("REUSEPORT_WORKER=3\0X=REUSEPORT_WORKER=9\0REUSEPORT_SERVICE=web", true)]
    [InlineData("REUSEPORT_SERVICE=web\0REUSEPORT_WORKER=31\0", false)]
    [InlineData("REUSEPORT_SERVICE=web2\0REUSEPORT_WORKER=3\0", false)]
    [InlineData("REUSEPORT_SERVICE=web\0", null)]
    [InlineData("", null)]
    public void Claims_Environment_IsTrueFalseOrUnknown(string environ, bool? expected) =>
        Assert.Equal(expected, Root(false).Claims(Encoding.UTF8.GetBytes(environ)));

    private static TreeRoot Root(bool isReaped) => new(200, isReaped, ["REUSEPORT_SERVICE=web", "REUSEPORT_WORKER=3"]);

    private ProcessTreeTests Add(
        int pid, int parent, int session = 0, int group = 0, string? environ = null, char state = 'S',
        ulong start = 1)
    {
        _table.Add(new ProcessEntry(pid, state, parent, group, session, start));
        if (environ is not null) _environ[pid] = environ;
        return this;
    }

    private IEnumerable<int> Members(int[] workers, bool isReaped = false, ForeignRoot? foreign = null) => ProcessTree.Members(
            Root(isReaped) with { Foreign = foreign }, new ProcessTable(_table), Daemon, workers.Contains,
            pid => _environ.TryGetValue(pid, out var text) ? Encoding.UTF8.GetBytes(text) : null)
        .Select(entry => entry.Pid).Order();
}
