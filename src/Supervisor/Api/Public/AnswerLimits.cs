using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Http;

namespace Reuseportd.Api.Public;

/// <summary>The kinds of answers of the port.</summary>
internal enum AnswerKind
{
    /// <summary>An answer that waits for a turn of its address.</summary>
    Whole,

    /// <summary>An answer for load balancers. It needs no turn, so other requests do not delay it.</summary>
    Health,

    /// <summary>An answer that goes on until the client ends it.</summary>
    Stream,
}

/// <summary>
/// Decides how many requests of the port run at one time, and for how long. A client that does not read its answer loses its
/// connection.
/// </summary>
internal sealed class AnswerLimits(TimeProvider time)
{
    private const int MostStreams = 32;

    private static readonly TimeSpan LongestHealth = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);

    private int _streams;

    public async Task ServeAsync(HttpContext context, AnswerKind kind, Func<HttpContext, Task> handler)
    {
        var admission = AdmittedConnection.BeginRequest(context);
        if (kind == AnswerKind.Stream)
        {
            await StreamAsync(context, handler);
            return;
        }

        using var late = new CancellationTokenSource(kind == AnswerKind.Health ? LongestHealth : LongestAnswer, time);
        await using var abort = late.Token.UnsafeRegister(static served => ((HttpContext)served!).Abort(), context);
        using var turn = kind == AnswerKind.Health ? null : await admission.TurnAsync(context.RequestAborted);
        await handler(context);
    }

    private async Task StreamAsync(HttpContext context, Func<HttpContext, Task> handler)
    {
        try
        {
            if (Interlocked.Increment(ref _streams) > MostStreams)
                throw Problem.Busy($"{MostStreams} clients follow events or the state: there is no room for more");
            await handler(context);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }
}
