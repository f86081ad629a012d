using Reuseportd.Control.Import;
using Reuseportd.Control.Import.Programs;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>Files of variables are read at the import: the daemon reads them later, and can refuse them.</summary>
public sealed class VariableFileTests
{
    [Theory]
    [InlineData(Kinds.Procfile, "Procfile", "web: a\n")]
    [InlineData(Kinds.Compose, "c.yaml", "services: { web: { command: a, env_file: .env } }")]
    [InlineData(Kinds.Systemd, "w.service", "[Service]\nExecStart=/a\nEnvironmentFile=-/srv/source/.env\n")]
    public void Line_ThatTheDaemonRefuses_IsMissing(string kind, string name, string text)
    {
        var sample = Read(kind, name, text, "A=1\nbad\nB=\"2\"\n");
        var remark = Assert.Single(sample.Remarks, remark => remark.Weight == Weight.Missing);
        Assert.Equal((".env", 2, "env_file"), (remark.Place.File, remark.Place.Line, remark.Key));
        Assert.Equal(0, Read(kind, name, text, "A=1\n# bad\n").Missing);
    }

    /// <summary>Compose cuts a comment, and replaces variables.</summary>
    [Theory]
    [InlineData("A=4 # c", 1)]
    [InlineData("A='4 # c'", 0)]
    [InlineData("A=4#c", 0)]
    [InlineData("# A=4 # c", 0)]
    [InlineData("A=${B}", 1)]
    [InlineData("A=\"$B\"", 1)]
    [InlineData("A='$B'", 0)]
    [InlineData("A=$$B", 0)]
    [InlineData("A=5$", 0)]
    public void Line_ThatComposeReadsOtherwise_IsMissing(string line, int missing)
    {
        Assert.Equal(missing, Read(
            Kinds.Compose, "c.yaml", "services: { web: { command: a, env_file: .env } }", $"\n{line}\n").Missing);
        Assert.Equal(0, Read(Kinds.Procfile, "Procfile", "web: a\n", $"\n{line}\n").Missing);
    }

    private static Sample Read(string kind, string name, string text, string variables) =>
        Sample.Read(kind, name, text, new Dictionary<string, string> { [".env"] = variables });
}
