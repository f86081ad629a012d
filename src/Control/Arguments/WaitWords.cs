using System.CommandLine;
using Reuseportd.Control.Connection;

namespace Reuseportd.Control.Arguments;

/// <summary><c>--wait</c>, <c>--no-wait</c> and <c>--timeout</c>: whether and how long to wait for a command.</summary>
internal sealed class WaitWords
{
    /// <summary>The daemon answers at the end of the timeout; the answer itself takes some more time.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Option<bool> _wait =
        new("--wait") { Description = "Wait until the command is complete; this is the default." };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Return when the daemon has accepted the command." };

    private readonly Option<TimeSpan?> _timeout =
        DurationWords.Create("--timeout", "Longest wait; after it the exit code is 5. Default: no limit.");

    public void AddTo(Command command)
    {
        command.Options.Add(_wait);
        command.Options.Add(_noWait);
        command.Options.Add(_timeout);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_wait) && result.GetValue(_noWait)) result.AddError("--wait and --no-wait cannot be combined");
            if (result.GetValue(_noWait) && result.GetResult(_timeout) is not null)
                result.AddError("--timeout is allowed only with --wait");
        });
    }

    public bool IsWaiting(ParseResult parsed) => !parsed.GetValue(_noWait);

    public double? Seconds(ParseResult parsed) => parsed.GetValue(_timeout)?.TotalSeconds;

    /// <summary>The limit of the request itself: a blocked daemon is not waited for longer than a working one.</summary>
    public TimeSpan? Limit(ParseResult parsed) => IsWaiting(parsed) ? parsed.GetValue(_timeout) + Grace : Ask.Patience;
}
