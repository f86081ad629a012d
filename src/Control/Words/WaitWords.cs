using System.CommandLine;
using Reuseportd.Control.Connection;
using Reuseportd.Model;

namespace Reuseportd.Control.Words;

/// <summary><c>--wait</c>, <c>--no-wait</c> and <c>--timeout</c>: whether and how long a command is waited for.</summary>
internal sealed class WaitWords
{
    /// <summary>The daemon answers when the time is over; what it takes to say so comes on top.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until all of them have settled, which is the default." };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Return when the daemon has taken the command." };

    private readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = "Wait no longer than this; exit code 5 when it is over. Default: as long as it takes.",
        HelpName = "DURATION",
        CustomParser = result =>
        {
            if (DurationSyntax.TryParse(result.Tokens[0].Value) is { } time && time <= DurationSyntax.Longest) return time;
            var most = DurationSyntax.Text(DurationSyntax.Longest);
            result.AddError($"--timeout accepts {DurationSyntax.Accepts}, up to {most}, not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_wait);
        command.Options.Add(_noWait);
        command.Options.Add(_timeout);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_wait) && result.GetValue(_noWait)) result.AddError("--wait and --no-wait do not go together");
            if (result.GetValue(_noWait) && result.GetResult(_timeout) is not null) result.AddError("--timeout goes with --wait only");
        });
    }

    public bool IsWaiting(ParseResult parsed) => !parsed.GetValue(_noWait);

    public double? Seconds(ParseResult parsed) => parsed.GetValue(_timeout)?.TotalSeconds;

    /// <summary>For the request itself: a daemon that hangs is not waited for any longer than one that works.</summary>
    public TimeSpan? Limit(ParseResult parsed) => IsWaiting(parsed) ? parsed.GetValue(_timeout) + Grace : Ask.Patience;
}
