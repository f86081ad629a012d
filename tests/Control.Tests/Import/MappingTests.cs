using Reuseportd.Control.Import;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>Ports, readiness, names and order of services, whatever the source.</summary>
public sealed class MappingTests
{
    [Theory]
    [InlineData("web --port 8000", "[8000]")]
    [InlineData("web --port=8000", "[8000]")]
    [InlineData("gunicorn -b 0.0.0.0:8000 app", "[8000]")]
    [InlineData("web -p8000", "[8000]")]
    [InlineData("web -p 4", "any")]
    [InlineData("web --bind [::]:8000 --bind 127.0.0.1:9000", "[8000, 9000]")]
    [InlineData("python3 -m http.server 8000", "[8000]")]
    [InlineData("manage.py runserver 0.0.0.0:8000", "[8000]")]
    [InlineData("web http://0.0.0.0:8000/", "[8000]")]
    [InlineData("web --redis-url redis://localhost:6379", "any")]
    [InlineData("web --upstream localhost:3000", "any")]
    [InlineData("web --bind unix:/run/web.sock", "any")]
    [InlineData("web --port 80{worker}", "any")]
    [InlineData("celery -l info", "any")]
    public void Ports_OfACommand_AreFound(string command, string ports) =>
        Assert.Contains($"ports: {ports}\n", Supervisord($"[program:web]\ncommand={command}\n").Yaml, StringComparison.Ordinal);

    [Theory]
    [InlineData("web --port 80", "bind")]
    [InlineData("web", "delay: 1s")]
    public void Readiness_UnknownPort_IsADelay(string command, string type)
    {
        var yaml = Supervisord($"[program:web]\ncommand={command}\n").Yaml;
        Assert.Equal(type != "bind", yaml.Contains($"      type: delay\n      {type}\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_ThatTheDaemonRefuses_AreReplaced()
    {
        var sample = Supervisord("[program:a b]\ncommand=x\n[program:a:b]\ncommand=y\n[program:-_]\ncommand=z\n");
        Assert.Equal(
            ["a-b", "a-b-2", "service"],
            sample.Yaml.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] is not (' ' or '#'))
                .Select(line => line.Trim().TrimEnd(':')));
    }

    [Fact]
    public void DependsOn_ACircle_LosesOneService()
    {
        var sample = Sample.Read(
            Kinds.Compose, "c.yaml",
            "services:\n  a: { command: x, depends_on: [b, c] }\n  b: { command: x, depends_on: [a] }\n  c: { command: x }\n");
        Assert.Contains("depends_on: [b, c]\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(1, sample.Missing);
    }

    [Fact]
    public void Write_TextsOfTheSource_StayInTheirLine()
    {
        var sample = Sample.Read(Kinds.Compose, "c\n.yaml", "services: { a: { command: x, \"k\\ney\": 1, \"e\\u2028\": 2 } }\n");
        Assert.All(sample.Yaml.Split('\n').SkipLast(1), line => Assert.True(line.TrimStart() is ['#', ..]
            || line.Contains(':', StringComparison.Ordinal), line));
    }

    private static Sample Supervisord(string text) => Sample.Read(Kinds.Supervisord, "s.conf", text);
}
