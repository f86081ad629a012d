using System.Text;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;

namespace Decisions.Tests.Runtime;

public sealed class MarksTests
{
    private static readonly ValueList<string> Web = Marks.For(new WorkerName("web", 2), 7);

    [Fact]
    public void Of_GenerationOfAWorker_AreItsThreeVariables() =>
        Assert.Equal(["REUSEPORT_SERVICE=web", "REUSEPORT_WORKER=2", "REUSEPORT_GENERATION=7"], Web);

    [Theory]
    [InlineData("REUSEPORT_SERVICE=web|REUSEPORT_WORKER=2|REUSEPORT_GENERATION=7|", true)]
    [
        InlineData(
            "A=1|REUSEPORT_GENERATION=7|B=REUSEPORT_WORKER=9|REUSEPORT_WORKER=2|REUSEPORT_WORKERS=4|REUSEPORT_SERVICE=web|",
            true)]
    [InlineData("REUSEPORT_SERVICE=web|REUSEPORT_WORKER=2|REUSEPORT_GENERATION=77|", false)]
    [InlineData("REUSEPORT_SERVICE=web|REUSEPORT_WORKER=2|REUSEPORT_GENERATION=|", false)]
    public void Find_AllMarks_NameTheirWorker(string environ, bool same)
    {
        var found = Marks.Find(Bytes(environ));
        Assert.NotNull(found);
        Assert.Equal(same, found == Marks.Join(Web));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PATH=/bin|HOME=/root|")]
    [InlineData("REUSEPORT_SERVICE=web|REUSEPORT_WORKER=2|")]
    [InlineData("REUSEPORT_SERVICES=web|REUSEPORT_WORKERS=2|REUSEPORT_GENERATION=7|")]
    [InlineData("nginx: worker process|")]
    public void Find_MarkIsMissing_IsNone(string environ) => Assert.Null(Marks.Find(Bytes(environ)));

    /// <summary>The environment of an ended process cannot be read.</summary>
    [Fact]
    public void Find_EmptyEnvironment_IsNone() => Assert.Null(Marks.Find(null));

    [Theory]
    [InlineData("REUSEPORT_SERVICE=web|REUSEPORT_WORKER=2|REUSEPORT_GENERATION=7|")]
    [InlineData("REUSEPORT_SERVICE=web|REUSEPORT_WORKER=2|REUSEPORT_GENERATION=7|REUSEPORT_SERVICE=other|")]
    [InlineData("REUSEPORT_SERVICE=other|REUSEPORT_WORKER=2|REUSEPORT_GENERATION=7|")]
    public void Find_AnyEnvironment_AgreesWithTheTree(string environ) => Assert.Equal(
        new TreeRoot(1, IsReaped: true, Web).Claims(Bytes(environ)) == true,
        Marks.Find(Bytes(environ)) == Marks.Join(Web));

    private static byte[] Bytes(string environ) => Encoding.UTF8.GetBytes(environ.Replace('|', '\0'));
}
