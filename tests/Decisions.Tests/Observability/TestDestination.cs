using System.Text;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Text;

namespace Decisions.Tests.Observability;

/// <summary>A destination that keeps its records. It can limit a write, block while held, and fail.</summary>
internal sealed class TestDestination(int most = int.MaxValue) : ILogDestination, IDisposable
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private readonly SemaphoreSlim _entered = new(0);
    private readonly MemoryStream _taken = new();

    /// <summary>Called instead of a write; null to write.</summary>
    public Func<LogBatch, LogProgress>? Instead { get; set; }

    /// <summary>Not to be asked before the queue has been flushed or stopped.</summary>
    public string Text => Encoding.UTF8.GetString(_taken.ToArray());

    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Hold() => _open.Reset();

    public void Release() => _open.Set();

    /// <summary>Waits until a write has begun.</summary>
    public void AwaitWrite() => Assert.True(_entered.Wait(Deadlines.Patience), "nothing was written");

    public LogProgress Write(LogBatch batch)
    {
        _entered.Release();
        Assert.True(_open.Wait(Deadlines.Patience));
        if (Instead is { } instead) return instead(batch);
        var bytes = batch.Bytes[..Math.Min(most, batch.Bytes.Length)];
        _taken.Write(bytes);
        return LogProgress.Took(bytes.Length);
    }

    public void Dispose()
    {
        _open.Set();
        _taken.Dispose();
    }
}

internal static class Records
{
    /// <summary>A buffer with a record for each text.</summary>
    public static RecordBuffer Of(params ReadOnlySpan<string> texts)
    {
        var buffer = new RecordBuffer();
        foreach (var text in texts)
        {
            buffer.Write(Encoding.UTF8.GetBytes(text));
            buffer.EndRecord();
        }

        return buffer;
    }

    public static readonly Errno NoSpace = new(28);
}
