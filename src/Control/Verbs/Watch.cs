namespace Reuseportd.Control.Verbs;

/// <summary>Shows an answer every second. On a terminal each replaces the one before; elsewhere they follow each other.</summary>
internal static class Watch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <param name="lines">True if each answer is one line, so that no separator is needed.</param>
    /// <returns>0 at Ctrl-C; else the exit code of the failed request.</returns>
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
                // Workers that are not ready are no reason to stop.
                if (code is not (ExitCode.Ok or ExitCode.NotRunning) || cancellation.IsCancellationRequested) return code;
                if (Console.IsOutputRedirected && !lines) Console.Out.Write("\n");
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends the watch.
        }

        return ExitCode.Ok;
    }

    public static Action<string> Write(bool lines) => Console.IsOutputRedirected || lines
        ? Console.Out.Write
        : text => Console.Out.Write($"\e[H{text.Replace("\n", "\e[K\n", StringComparison.Ordinal)}\e[J");
}
