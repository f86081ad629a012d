using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;

namespace Decisions.Tests.Configuration;

/// <summary>Files that a service names and that the host does not have.</summary>
public sealed class NamedFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public NamedFilesTests()
    {
        _folder.Write("program", "", "755");
        _folder.Write("data", "");
        Directory.CreateDirectory(_folder["logs"]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("command: [/F/program, --x]", null)]
    [InlineData("command: program", null)]
    [InlineData("command: [\"/F/{worker}\"]", null)]
    [InlineData("command: /F/none --x", "command: there is no /F/none")]
    [InlineData("command: [/F/data/none]", null)]
    [InlineData("command: /F/logs", "command: /F/logs is a directory")]
    [InlineData("command: /F/data", "command: /F/data is not executable")]
    [InlineData("working_dir: /F/logs", null)]
    [InlineData("working_dir: \"/F/{worker}\"", null)]
    [InlineData("working_dir: /F/none", "working_dir: there is no directory /F/none")]
    [InlineData("working_dir: /F/data", "working_dir: /F/data is not a directory")]
    [InlineData("stdout: file:/F/logs/web.log", null)]
    [InlineData("stdout: file:/F/none/web.log", "stdout: there is no directory /F/none")]
    [InlineData("stderr: file:/F/none/web.log", "stderr: there is no directory /F/none")]
    public void Read_NamedFileIsMissing_IsAWarning(string key, string? warning)
    {
        var result = Reading(key, Given.Root with { FindNamed = FileStatus.Find });
        Assert.Empty(result.Errors);
        Assert.Equal(
            warning is null ? "" : $"services.web.{warning.Replace("/F", _folder[""].TrimEnd('/'), StringComparison.Ordinal)}",
            string.Join('\n', result.Warnings.Select(finding => $"{finding.Path}: {finding.Message}")));
    }

    [Fact]
    public void Read_WithoutALookup_HasNoWarning() => Assert.Empty(Reading("command: /F/none", Given.Root).Warnings);

    private LoadResult Reading(string key, LoadContext context)
    {
        var keys = key.StartsWith("command", StringComparison.Ordinal) ? key : $"command: server\n{key}";
        return Given.ReadingService(
            keys.Replace("/F", _folder[""].TrimEnd('/'), StringComparison.Ordinal) + "\nreuseport: { ports: 8080 }", context);
    }
}
