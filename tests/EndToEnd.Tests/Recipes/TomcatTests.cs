namespace EndToEnd.Tests.Recipes;

public sealed class TomcatTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing()
    {
        // Six starts take most of this test's time, and a process that runs for seconds does not need the better compiler.
        Daemon.Environment["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
        return ServesAndRollsAsync("tomcat", ("tomcat10-instance-create", "tomcat10-user"), client => client.HttpAsync(8080));
    }
}
