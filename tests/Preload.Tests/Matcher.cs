namespace Preload.Tests;

/// <summary>
/// The program <c>matcher</c>: each question is an environment and a bind, and the answer is true if the socket matched.
/// </summary>
internal static class Matcher
{
    /// <returns><c>1</c> or <c>0</c>, followed by <c>!</c> if a line reports an unreadable value.</returns>
    public static string Ask(string addresses, string ports, string address, int port) =>
        Assert.Single(Ask([$"{addresses}\t{ports}\t{address}\t{port}"]));

    public static string[] Ask(IEnumerable<string> questions)
    {
        var run = Command.Run(Artifacts.Probe("matcher"), [Artifacts.Library], [], string.Join('\n', questions) + "\n");
        Assert.Equal(0, run.ExitCode);
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
