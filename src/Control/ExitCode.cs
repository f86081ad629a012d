namespace Reuseportd.Control;

/// <summary>Exit codes of the client.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>The daemon does not run, or a requested worker is not ready.</summary>
    public const int NotRunning = 3;

    public const int NoSuchName = 4;

    /// <summary>The wait ended before its condition was met.</summary>
    public const int TimedOut = 5;

    /// <summary>The daemon refuses this user.</summary>
    public const int Refused = 6;

    /// <summary>Ctrl-C: the code that a shell reports for a program ended by SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>The same for SIGTERM.</summary>
    public const int Terminated = 143;
}
