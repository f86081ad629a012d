using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Contract;
using Reuseportd.Observability;

namespace Reuseportd.Api;

/// <summary>Handler of <c>GET /v1/logs</c>: the newest output of workers, and with <c>follow</c> what comes.</summary>
internal sealed class LogStream(IFleetControl control, OutputRetention output, TimeProvider time, CancellationToken stopping)
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
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
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
                changed = output.Changed;
                foreach (var tail in Named()) await WriteAsync(context, Since(tail), end.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && context.Response.HasStarted)
        {
            // The stream ends with the daemon.
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
                    var assembly = followed[tail] = new LineAssembly(tail) { LostLines = tail.Place.LostLines };
                    var read = tail.Read(0);
                    assembly.Next = read.Next;
                    all.AddRange(assembly.Take(read.Pieces, isAll: !goesOn).TakeLast(most));
                }

                return [.. all.OrderBy(one => one.At).TakeLast(most).Select(one => one.Line)];
            }
            finally
            {
                Interlocked.Decrement(ref _sorting);
            }
        }

        LogLine[] Since(OutputTail tail)
        {
            if (!followed.TryGetValue(tail, out var assembly)) followed[tail] = assembly = new LineAssembly(tail);
            var read = tail.Read(assembly.Next, assembly.LostLines);
            assembly.Next = read.Next;
            LogLine[] fresh = [.. assembly.Take(read.Pieces, isAll: false).Select(one => one.Line)];
            assembly.LostLines = tail.Place.LostLines;
            if (read.LostLines > 0 && fresh.Length > 0) fresh[0] = fresh[0] with { Lost = read.LostLines };
            return fresh;
        }
    }

    private async Task NextAsync(HttpContext context, Task changed, CancellationToken end)
    {
        while (true)
        {
            try
            {
                await changed.WaitAsync(Silence, time, end);
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
        foreach (var line in lines)
        {
            await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, ContractJson.Default.LogLine), end);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), end);
        }

        await context.Response.Body.FlushAsync(end);
    }
}
