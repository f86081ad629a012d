using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary>A line on the terminal that says how far the workers are, while an answer is waited for.</summary>
internal sealed class Progress : IAsyncDisposable
{
    private const string Clear = "\r\e[K";

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _ended = new();
    private readonly Task _shown;

    private Progress(string socket, IReadOnlyList<string> names) => _shown = ShowAsync(socket, names, _ended.Token);

    /// <summary>Null where nobody would see it.</summary>
    public static Progress? Start(string socket, IReadOnlyList<string> names) =>
        Console.IsErrorRedirected ? null : new Progress(socket, names);

    public static string Line(StatusDocument status) => string.Join(
        ", ", status.Workers.GroupBy(worker => worker.State).Select(state => $"{state.Count()} {state.Key}").DefaultIfEmpty("no workers"));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _shown;
        _ended.Dispose();
    }

    private static async Task ShowAsync(string socket, IReadOnlyList<string> names, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Period, TimeProvider.System);
        var shown = false;
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                if (await ControlClient.TryGetAsync(socket, Ask.Get(socket, "/v1/status", names).Path, ContractJson.Default.StatusDocument, ended) is not { } status)
                    continue;
                await Console.Error.WriteAsync($"{Clear}{Line(status)} ...");
                shown = true;
            }
        }
        catch (OperationCanceledException)
        {
            if (shown) await Console.Error.WriteAsync(Clear);
        }
    }
}
