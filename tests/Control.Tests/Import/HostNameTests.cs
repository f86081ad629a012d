using Reuseportd.Control.Import;
using Reuseportd.Control.Import.Programs;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>Names of services are names of hosts in Compose only.</summary>
public sealed class HostNameTests
{
    [Theory]
    [InlineData("REDIS_URL: redis://cache:6379/0", "environment")]
    [InlineData("REDIS_URL: redis://:secret@cache", "environment")]
    [InlineData("DATABASE_URL: postgres://db:db@db:5432/db", "environment")]
    [InlineData("DB_HOST: db", "environment")]
    [InlineData("HOSTS: 'a.example,db'", "environment")]
    [InlineData("NODES: 'http://a.example:1,http://db:1'", "environment")]
    [InlineData("DB: db:5432", "environment")]
    [InlineData("MYSQL: box-1", "environment")]
    public void Variable_WithAHost_IsMissing(string variable, string key) =>
        Assert.Equal(key, Missing($"command: a, environment: {{ {variable} }}"));

    [Theory]
    [InlineData("DB_NAME: db")]
    [InlineData("CACHE_DRIVER: cache")]
    [InlineData("PGUSER: db")]
    [InlineData("IMAGE_STORE: db")]
    [InlineData("DOCKER_IMAGE_DB1: db")]
    [InlineData("URL: 'http://db.example:80/db/cache'")]
    [InlineData("URL: 'http://localhost/?a=db'")]
    [InlineData("TEXT: 'the db, and a cache'")]
    [InlineData("IMAGE: 'cache:6-alpine'")]
    [InlineData("URL: 'http://db:secret@localhost/'")]
    public void Variable_WithoutAHost_HasNoRemark(string variable) =>
        Assert.Null(Missing($"command: a, environment: {{ {variable} }}"));

    [Theory]
    [InlineData("celery --broker amqp://cache", true)]
    [InlineData("psql -h db app", true)]
    [InlineData("web --host=db", true)]
    [InlineData("wait-for-it db:5432 -- web", true)]
    [InlineData("sh -c 'nc -z db 5432 && web'", true)]
    [InlineData("sh -c 'DB_HOST=db web'", true)]
    [InlineData("celery -A cache worker", false)]
    [InlineData("web db", false)]
    [InlineData("web --name=db", false)]
    public void Command_WithAHost_IsMissing(string command, bool isMissing) =>
        Assert.Equal(isMissing ? "command" : null, Missing($"command: \"{command}\""));

    [Fact]
    public void HealthCheck_WithAHost_IsMissing()
    {
        var sample = Read("command: a, healthcheck: { test: [ CMD, curl, 'http://web:80/' ] }");
        Assert.Contains(sample.Remarks, remark => remark.Text == "'web' is no host name here" && remark.Key == "liveness");
    }

    [Fact]
    public void EnvFile_WithAHost_IsMissing() => Assert.Contains(
        Read("command: a, env_file: a.env").Remarks,
        remark => remark is { Weight: Weight.Missing, Key: "env_file", Place.File: "a.env" });

    /// <summary>The values of both hold, and those of the service replace those of the extended one.</summary>
    [Fact]
    public void Extends_OfTheSameFile_HasItsKeys()
    {
        var sample = Sample.Read(
            Kinds.Compose, "c.yaml",
            """
            services:
              base: { command: a b, environment: { A: 1, B: 2 }, ports: [80], deploy: { replicas: 2, mode: replicated } }
              web: { extends: { service: base }, environment: [ B=3, C=4 ], ports: [81], deploy: { replicas: 3 } }
              last: { extends: web, command: c }
            """);
        var last = sample.Yaml[sample.Yaml.IndexOf("  last:", StringComparison.Ordinal)..];
        foreach (var line in (ReadOnlySpan<string>)
            ["command: [c]", "A: \"1\"", "B: \"3\"", "C: \"4\"", "ports: [80, 81]", "workers: 3"])
            Assert.Contains($" {line}\n", last, StringComparison.Ordinal);
        Assert.Equal(0, sample.Missing);
    }

    /// <returns>The key of the only remark about a host; null if there is none.</returns>
    private static string? Missing(string keys) => Read(keys).Remarks
        .Where(remark => remark.Text.EndsWith("is no host name here", StringComparison.Ordinal)).Select(remark => remark.Key)
        .Distinct().SingleOrDefault();

    private static Sample Read(string keys) => Sample.Read(
        Kinds.Compose, "c.yaml",
        $"services: {{ web: {{ {keys} }}, db: {{ command: b }}, cache: {{ command: c }}, "
        + "x: { command: d, container_name: box-1 } }",
        new Dictionary<string, string> { ["a.env"] = "A_HOST=db\n" });
}
