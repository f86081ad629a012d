namespace EndToEnd.Tests.Harness;

/// <summary>Asserts that each copy of a server serves.</summary>
internal static class Copies
{
    public const int Count = 4;

    /// <summary>More requests than clients can send in the moment between readiness and steering.</summary>
    private const int MostQuestions = 20_000;

    /// <summary>The numbers of the workers, for servers that answer with their number.</summary>
    public static readonly string[] Numbers = [.. Enumerable.Range(0, Count).Select(number => $"{number}")];

    /// <summary>Four copies of the bundled example as the service <c>web</c>.</summary>
    public static void Configure(Daemon daemon) => daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("hello")}}, "{{daemon.Site.Port}}"]
            workers: 4
            reuseport: { ports: [{{daemon.Site.Port}}] }
        """);

    /// <summary>The processes of the workers, as text.</summary>
    public static string[] Pids(Daemon daemon, string service) =>
        [.. Enumerable.Range(0, Count).Select(number => $"{daemon.PidOf($"{service}@{number}")}")];

    /// <summary>Makes connections until each of these copies has answered. An answer of another process fails the test.</summary>
    /// <param name="ask">Makes one connection and returns the copy that answered.</param>
    public static async Task AllAnswerAsync(string[] expected, Func<Task<string>> ask)
    {
        var seen = new HashSet<string>();
        for (var question = 0; question < MostQuestions && seen.Count < expected.Length; question++)
        {
            var who = await ask();
            Assert.Contains(who, expected);
            seen.Add(who);
        }

        Assert.Equal(expected.Order(), seen.Order());
    }
}
