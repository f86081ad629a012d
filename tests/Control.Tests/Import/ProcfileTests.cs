using Reuseportd.Control.Import;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>PORT is a variable for a program. It is a port of the service only if the command names it.</summary>
public sealed class ProcfileTests
{
    [Theory]
    [InlineData("web: node s.js $PORT", "PORT: \"5000\"", "[5000]")]
    [InlineData("web: node s.js ${PORT:-80}", "PORT: \"5000\"", "[5000]")]
    [InlineData("web: node s.js", "PORT: \"5000\"", "any")]
    [InlineData("web: unset PORT; node s.js", "PORT: \"5000\"", "any")]
    [InlineData("web: unset PORT; node s.js $PORT", "PORT: \"5000\"", "any")]
    [InlineData("web: PORT=3000 node s.js $PORT", "PORT: \"5000\"", "any")]
    [InlineData("web: node s.js $PORTAL $MY_PORT", "PORT: \"5000\"", "any")]
    [InlineData("a: x\nb: node s.js $PORT", "PORT: \"5100\"", "[5100]")]
    public void Port_OfForeman_IsAPortOnlyIfTheCommandUsesIt(string text, string variable, string ports)
    {
        var yaml = Sample.Read(Kinds.Procfile, "Procfile", text).Yaml;
        Assert.Contains($"      {variable}\n", yaml, StringComparison.Ordinal);
        Assert.Contains($"      ports: {ports}\n", yaml, StringComparison.Ordinal);
    }

    /// <summary>The server would be ended: it never listens on the port of foreman.</summary>
    [Fact]
    public void Port_OfTheCommand_IsNotThatOfForeman() => Assert.DoesNotContain(
        "[5000]", Sample.Read(Kinds.Procfile, "Procfile", "web: bin/rails server -p 3000").Yaml, StringComparison.Ordinal);

    /// <summary>As to foreman, the number ends at the first character that is no digit.</summary>
    [Theory]
    [InlineData("PORT=4000 # x\n", "[4000]")]
    [InlineData("PORT=\"4000\"\n", "[4000]")]
    [InlineData("PORT=x4000\n", "[5000]")]
    public void Port_OfDotEnv_IsTheFirst(string text, string ports) => Assert.Contains(
        $"      ports: {ports}\n",
        Sample.Read(Kinds.Procfile, "Procfile", "web: a $PORT", new Dictionary<string, string> { [".env"] = text }).Yaml,
        StringComparison.Ordinal);

    [Fact]
    public void Options_OfForeman_AreMissing() => Assert.Equal(1, Sample.Read(
        Kinds.Procfile, "Procfile", "web: a", new Dictionary<string, string> { [".foreman"] = "port: 4000\n" }).Missing);

    [Fact]
    public void Port_OfAWorker_IsNotSet() => Assert.DoesNotContain(
        "PORT", Sample.Read(Kinds.Procfile, "Procfile", "worker: sidekiq").Yaml, StringComparison.Ordinal);
}
