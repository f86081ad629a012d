using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;

namespace Reuseportd.Control.Output;

/// <summary>
/// Shows the states of workers during a wait: a line of the terminal that changes in place. Without a terminal, a long rolling
/// restart prints a line when more workers are replaced.
/// </summary>
internal sealed class Progress : IAsyncDisposable
{
    private const string Clear = "\r\e[K";

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PeriodOfLines = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _ended = new();
    private readonly Task _shown;

    private Progress(string socket, string path, Replacement replacement, bool inPlace) => _shown = inPlace
        ? ShowAsync(socket, path, replacement, _ended.Token)
        : SayAsync(socket, path, replacement, _ended.Token);

    /// <summary>Null if the output has no reader.</summary>
    /// <param name="replaces">
    /// True if all named workers are to be replaced: this progress is printed without a terminal too.
    /// </param>
    public static Progress? Start(string socket, IReadOnlyList<string> names, bool replaces = false) =>
        Console.IsErrorRedirected && !replaces
        ? null
        : new Progress(
            socket, Ask.Get(socket, "/v1/status", names).Path, new Replacement(replaces), inPlace: !Console.IsErrorRedirected);

    public static string Line(StatusDocument status) => (status.Host is { } host ? $"host {Shown.Host(host)}: " : "")
        + string.Join(
            ", ",
            status.Workers.GroupBy(worker => worker.State)
                .Select(state => $"{state.Count()} {state.Key}").DefaultIfEmpty("no workers"));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _shown;
        _ended.Dispose();
    }

    private static async Task ShowAsync(string socket, string path, Replacement replacement, CancellationToken ended)
    {
        var shown = false;
        await EachAsync(Period, socket, path, async status =>
        {
            replacement.See(status);
            await Console.Error.WriteAsync($"{Clear}{replacement.Bar ?? Line(status)} ...");
            shown = true;
        }, ended);
        if (shown) await Console.Error.WriteAsync(Clear);
    }

    private static async Task SayAsync(string socket, string path, Replacement replacement, CancellationToken ended)
    {
        string? said = null;
        await EachAsync(PeriodOfLines, socket, path, async status =>
        {
            replacement.See(status);
            if (replacement.Count is not { } count || count == said) return;
            await Console.Error.WriteLineAsync($"reuseportctl: {said = count}");
        }, ended);
    }

    private static async Task EachAsync(
        TimeSpan period, string socket, string path, Func<StatusDocument, Task> show, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(period, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
                if (await ControlClient.TryGetAsync(socket, path, ContractJson.Default.StatusDocument, ended) is { } status)
                    await show(status);
        }
        catch (OperationCanceledException)
        {
            // The answer has arrived.
        }
    }
}
