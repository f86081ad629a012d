using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Api.Streams;

/// <summary>Handler of <c>GET /v1/logs</c>: the newest output of workers, and with <c>follow</c> what comes.</summary>
internal sealed class LogStream(IFleetControl control, OutputRetention output, TimeProvider time, StreamEnd ending)
{
    private const long UsualLines = 100;
    private const long MostLines = 10_000;

    /// <summary>Each holds a copy of what is kept while it sorts that.</summary>
    private const int MostSorting = 4;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private int _sorting;

    public async Task ServeAsync(HttpContext context)
    {
        var names = Requests.Names(context);
        if (names.Count > 0) _ = Chosen.Of(await control.SnapshotAsync(context.RequestAborted), names);
        var lines = (int)(Requests.Number(context, "lines", MostLines) ?? UsualLines);
        var follow = Requests.Flag(context, "follow", usual: false);
        var followed = new Dictionary<OutputTail, LineAssembly>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending.Cut);
        try
        {
            var changed = output.Changed;
            var newest = Newest(lines, follow);
            context.Response.ContentType = "application/x-ndjson";
            context.Response.Headers.CacheControl = "no-store";
            await WriteAsync(context, newest, end.Token);
            while (follow)
            {
                await NextAsync(context, changed, end.Token);
                var isOver = ending.Over.IsCompleted;
                changed = output.Changed;
                // A worker whose output is kept no longer begins another tail when it writes again.
                foreach (var tail in followed.Keys.Where(tail => tail.IsGone).ToArray()) followed.Remove(tail);
                foreach (var tail in Named()) await WriteAsync(context, Since(tail, isOver), end.Token);
                if (isOver) return;
            }
        }
        catch (OperationCanceledException) when (ending.Cut.IsCancellationRequested && context.Response.HasStarted)
        {
            // No proper end, as something is missing.
            context.Abort();
        }

        IEnumerable<OutputTail> Named() => output.Tails.Where(tail => names.Count == 0 || names.Any(name => name.Fits(tail.Worker)));

        LogLine[] Newest(int most, bool goesOn)
        {
            if (Interlocked.Increment(ref _sorting) > MostSorting)
            {
                Interlocked.Decrement(ref _sorting);
                throw Problem.Busy("too many ask for logs at this moment");
            }

            try
            {
                List<(DateTime At, LogLine Line)> all = [];
                foreach (var tail in Named())
                {
                    var assembly = new LineAssembly(tail);
                    if (goesOn) followed.Add(tail, assembly);
                    // At least one: where none is taken, none is read either.
                    all.AddRange(assembly.Next(isAll: !goesOn).TakeLast(Math.Max(1, most)));
                    // A line takes many times what its text does: never many more are held than are asked for.
                    if (all.Count > 2 * most) all = [.. all.OrderBy(one => one.At).TakeLast(most)];
                }

                return [.. all.OrderBy(one => one.At).TakeLast(most).Select(one => one.Line)];
            }
            finally
            {
                Interlocked.Decrement(ref _sorting);
            }
        }

        LogLine[] Since(OutputTail tail, bool isAll)
        {
            if (!followed.TryGetValue(tail, out var assembly)) followed[tail] = assembly = new LineAssembly(tail, missed: true);
            return [.. assembly.Next(isAll).Select(one => one.Line)];
        }
    }

    private async Task NextAsync(HttpContext context, Task changed, CancellationToken end)
    {
        while (true)
        {
            try
            {
                await Task.WhenAny(changed, ending.Over).WaitAsync(Silence, time, end);
                return;
            }
            catch (TimeoutException)
            {
                // An empty line: whether the client is still there is seen by writing to it.
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), end);
                await context.Response.Body.FlushAsync(end);
            }
        }
    }

    private static async Task WriteAsync(HttpContext context, LogLine[] lines, CancellationToken end)
    {
        if (lines.Length == 0 && context.Response.HasStarted) return;
        foreach (var line in lines)
        {
            await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, ContractJson.Default.LogLine), end);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), end);
        }

        await context.Response.Body.FlushAsync(end);
    }
}
