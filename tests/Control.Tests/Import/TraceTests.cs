using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Control.Tests.Import;

/// <summary>A key of a source is a setting or a remark.</summary>
public sealed class TraceTests
{
    private static readonly Place At = new("s.conf", 2, 1);

    private readonly ImportedProgram program = new("web", new Place("s.conf", 1, 1));

    [Fact]
    public void Read_WithoutATrace_IsARemark()
    {
        program.Read("workers=x", At, () => { });
        Assert.Equal((At, Weight.Missing), (program.Remarks.Single().Place, program.Remarks.Single().Weight));
    }

    [Fact]
    public void Read_WithATrace_IsNoRemark()
    {
        program.Read("numprocs=2", At, () => program.Number(Key.Workers, 2, At));
        program.Read("numprocs=2", At, () => program.Number(Key.Workers, 2, At));
        program.Read("autostart=true", At, program.Same);
        program.Read("environment=A=b", At, () => program.SetVariable("A", "b", At));
        program.Read("command=web", At, () => program.Command = ["web"]);
        program.Read("startsecs=1", At, () => program.StartTime = TimeSpan.FromSeconds(1));
        Assert.Empty(program.Remarks);
    }

    [Theory]
    [InlineData("3", 3L)]
    [InlineData("3x", null)]
    [InlineData("", null)]
    public void Value_IsParsed_OrARemark(string text, long? expected)
    {
        Assert.Equal(expected, program.Value($"numprocs={text}", text, Nodes.Integer, At, Key.Workers.Path));
        Assert.Equal(expected is null ? 1 : 0, program.Remarks.Count(remark => remark.Weight == Weight.Missing));
    }
}
