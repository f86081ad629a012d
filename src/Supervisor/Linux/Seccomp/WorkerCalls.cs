using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>The calls of one worker, and its outcomes that may be told. For the notifier's thread.</summary>
internal sealed class WorkerCalls : IDisposable
{
    private readonly OutcomeLimit _limit = new();
    private readonly CallQueue _queue;
    private readonly CallAnswer _answer;
    private readonly Action<BindOutcome> _tell;
    private TimeSpan _now;

    /// <param name="confined">See <see cref="CallAnswer"/>.</param>
    public WorkerCalls(
        CallQueue queue, ShareRules rules, Action<BindOutcome> tell, Action confined, bool isConfined)
    {
        (_queue, _tell) = (queue, tell);
        _answer = new CallAnswer(queue, rules, TellWithinLimit, confined, isConfined);
    }

    /// <summary>When <see cref="Report"/> has lost outcomes to tell; null without lost outcomes.</summary>
    public TimeSpan? Due => _limit.Due;

    public void AnswerOne(BorrowedCapabilities rights, TimeSpan now)
    {
        _now = now;
        try
        {
            if (_queue.TryReceive(out var call)) _answer.Give(call, rights);
        }
        catch (ObjectDisposedException)
        {
            // Another thread has removed the worker: the kernel has answered its calls.
        }
    }

    /// <summary>Answers those calls that are of this worker, and that an earlier daemon has received and not answered.</summary>
    public void AnswerAgain(IReadOnlyList<BindCall> unanswered, BorrowedCapabilities rights, TimeSpan now)
    {
        _now = now;
        try
        {
            foreach (var call in unanswered)
                if (_queue.TryTakeUp(call)) _answer.Give(call, rights, isRepeated: true);
        }
        catch (ObjectDisposedException)
        {
            // As above.
        }
    }

    /// <returns>True if all lost outcomes are told.</returns>
    public bool Report(TimeSpan now)
    {
        TellLost(_limit.Collect(now));
        return Due is null;
    }

    public void Dispose() => _queue.Dispose();

    private void TellWithinLimit(BindOutcome outcome)
    {
        var isAdmitted = _limit.Admit(_now, out var lost);
        TellLost(lost);
        if (isAdmitted) _tell(outcome);
    }

    private void TellLost(long count)
    {
        if (count > 0) _tell(new BindOutcome(OutcomeKind.Lost, 0, null, "", "") { LostLines = count });
    }
}
