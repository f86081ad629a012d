using Reuseportd.Control.Import;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>Ports, readiness, names and order of services, whatever the source.</summary>
public sealed class MappingTests
{
    /// <summary>A worker that does not bind the ports of the list is stopped, so they have to be sure.</summary>
    [Theory]
    [InlineData("gunicorn -b 0.0.0.0:8000 app", "[8000]")]
    [InlineData("/srv/venv/bin/gunicorn app --bind=[::]:8000 --bind 127.0.0.1:9000", "[8000, 9000]")]
    [InlineData("gunicorn -b unix:/run/web.sock app", "any")]
    [InlineData("python3 -m http.server 8000", "[8000]")]
    [InlineData("python3 -u manage.py runserver 0.0.0.0:8000", "[8000]")]
    [InlineData("poetry run uvicorn a:b --port 8000", "[8000]")]
    [InlineData("bundle exec puma -p8000", "[8000]")]
    [InlineData("php -S 10.0.0.1:8000", "[8000]")]
    [InlineData("gunicorn --bind :%(ENV_PORT)s app", "any")]
    [InlineData("uvicorn a:b --uds /run/web.sock --port 8000", "any")]
    [InlineData("web --port 8000", "any")]
    [InlineData("celery -l info", "any")]
    public void Ports_OfAKnownServer_AreSet(string command, string ports) =>
        Assert.Contains($"ports: {ports}\n", Supervisord($"[program:web]\ncommand={command}\n").Yaml, StringComparison.Ordinal);

    [Theory]
    [InlineData("web --port 8000", "8000")]
    [InlineData("web --port=8000", "8000")]
    [InlineData("web -p8000", "8000")]
    [InlineData("web -p 4", null)]
    [InlineData("web http://0.0.0.0:8000/", "8000")]
    [InlineData("web --bind [::]:8000 --bind 127.0.0.1:9000", "8000 or 9000")]
    [InlineData("web --redis-url redis://localhost:6379", null)]
    [InlineData("web --upstream localhost:3000", null)]
    [InlineData("web --port 80{worker}", null)]
    [InlineData("ssh -N -p 2222 host", null)]
    [InlineData("docker run -p 8080:80 web", null)]
    [InlineData("web -p 8080:80", null)]
    [InlineData("/usr/bin/redis-cli -p 6379", null)]
    [InlineData("wait-for-it.sh localhost:5432 -- web", null)]
    [InlineData("kubectl port-forward svc/x 8080:80", null)]
    public void Ports_ThatAreNotSure_AreAComment(string command, string? ports)
    {
        var yaml = Supervisord($"[program:web]\ncommand={command}\n").Yaml;
        Assert.Contains("ports: any\n", yaml, StringComparison.Ordinal);
        Assert.Contains("      type: delay\n      delay: 1s\n", yaml, StringComparison.Ordinal);
        Assert.Contains(ports is null ? "no port is known" : $"its port may be {ports};", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Readiness_WithSurePorts_IsThatOfTheDaemon() => Assert.DoesNotContain(
        "readiness", Supervisord("[program:web]\ncommand=gunicorn -b :80 app\n").Yaml, StringComparison.Ordinal);

    /// <summary>The program would run as the daemon's user, so it does not start by itself.</summary>
    [Theory]
    [InlineData("user=absent", "# missing: s.conf:3: this host has no user 'absent'")]
    [InlineData("user=%(ENV_NAME)s", "# missing: s.conf:3: the value of %(ENV_NAME)s is not known here")]
    [InlineData("user=www%(process_num)s", "# missing: s.conf:3: 'www{worker}': user has no placeholders")]
    public void User_ThatIsNotKnown_IsLeftOut(string key, string comment)
    {
        var lines = Supervisord($"[program:web]\ncommand=web\n{key}\n").Yaml.Split('\n').Select(line => line.Trim()).ToArray();
        Assert.Contains(comment, lines);
        Assert.Contains("autostart: false", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("user:", StringComparison.Ordinal));
    }

    [Fact]
    public void Groups_ThatTheHostDoesNotHave_AreLeftOut()
    {
        var sample = Sample.Read(
            Kinds.Systemd, "web.service", "[Service]\nExecStart=/web\nGroup=absent\nSupplementaryGroups=a absent b\n");
        Assert.Contains("supplementary_groups: [a, b]\n", sample.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("    group:", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(2, sample.Missing);
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
    public void DependsOn_ACycle_LosesOneService()
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
