namespace Reuseportd.Control.Verbs;

/// <summary>Shows an answer again every second. A terminal keeps it in place; elsewhere one follows the other.</summary>
internal static class Watch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <param name="lines">Whether each answer is a line, which needs nothing between it and the next.</param>
    /// <returns>0 at Ctrl-C; else what the answer that failed gave.</returns>
    public static async Task<int> RunAsync(bool lines, Func<CancellationToken, Task<int>> show, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, TimeProvider.System);
        if (!Console.IsOutputRedirected && !lines) Console.Out.Write("\e[2J");
        BrokenPipe.EndsUs();
        try
        {
            do
            {
                var code = await show(cancellation);
                // That somebody is not ready is what is watched.
                if (code is not (ExitCode.Ok or ExitCode.NotRunning) || cancellation.IsCancellationRequested) return code;
                if (Console.IsOutputRedirected && !lines) Console.Out.Write("\n");
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }

        return ExitCode.Ok;
    }

    public static Action<string> Write(bool lines) => Console.IsOutputRedirected || lines
        ? Console.Out.Write
        : text => Console.Out.Write($"\e[H{text.Replace("\n", "\e[K\n", StringComparison.Ordinal)}\e[J");
}
