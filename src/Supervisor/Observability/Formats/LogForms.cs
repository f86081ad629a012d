using Reuseportd.Model;

namespace Reuseportd.Observability.Formats;

/// <summary>Resolves <c>auto</c>.</summary>
internal static class LogForms
{
    /// <param name="journal">True if stderr is the stream to journald that systemd created.</param>
    /// <param name="terminal">True if stdout, the destination of the other forms, is a terminal.</param>
    public static LogForm Resolve(LogForm asked, bool journal, bool terminal) => asked switch
    {
        not LogForm.Auto => asked,
        _ when journal => LogForm.Journal,
        _ => terminal ? LogForm.Console : LogForm.Json,
    };
}
