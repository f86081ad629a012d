namespace EndToEnd.Tests.Harness;

/// <summary>Shows of the copies of a server that each of them serves.</summary>
internal static class Copies
{
    public const int Count = 4;

    /// <summary>More than can be asked in the moment between ready and steered to.</summary>
    private const int MostQuestions = 20_000;

    /// <summary>The numbers of the workers as servers that were told them give them back.</summary>
    public static readonly string[] Numbers = [.. Enumerable.Range(0, Count).Select(number => $"{number}")];

    /// <summary>The processes of the workers, as text.</summary>
    public static string[] Pids(Daemon daemon, string service) =>
        [.. Enumerable.Range(0, Count).Select(number => $"{daemon.PidOf($"{service}@{number}")}")];

    /// <summary>Asks over connection after connection until all have answered, and nobody else.</summary>
    /// <param name="ask">One connection; gives back who answered.</param>
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
