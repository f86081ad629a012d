namespace Reuseportd.Control;

/// <summary>Exit codes of the client.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>The daemon does not run, or a worker that was asked for is not ready.</summary>
    public const int NotRunning = 3;

    public const int NoSuchName = 4;

    /// <summary>What was waited for did not come in time.</summary>
    public const int TimedOut = 5;

    /// <summary>The daemon does not let this user in.</summary>
    public const int Refused = 6;

    /// <summary>Ctrl-C: as a shell says it of a program that SIGINT ended.</summary>
    public const int Interrupted = 130;

    /// <summary>The same of SIGTERM.</summary>
    public const int Terminated = 143;
}
