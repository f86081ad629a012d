using Reuseportd.Model;

namespace Reuseportd.Observability.Formats;

/// <summary>Which form <c>auto</c> is.</summary>
internal static class LogForms
{
    /// <param name="journal">Whether stderr is the stream to journald that systemd gave the service.</param>
    /// <param name="terminal">Whether stdout, where the other forms go, is a terminal.</param>
    public static LogForm Resolve(LogForm asked, bool journal, bool terminal) => asked switch
    {
        not LogForm.Auto => asked,
        _ when journal => LogForm.Journal,
        _ => terminal ? LogForm.Console : LogForm.Json,
    };
}
