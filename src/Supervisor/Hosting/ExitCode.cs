namespace Reuseportd.Hosting;

/// <summary>Exit codes of the daemon.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary><c>--check</c> found errors.</summary>
    public const int Invalid = 1;

    public const int Usage = 2;

    /// <summary>
    /// A service of <c>exit_on_failed</c> has a worker that is failed for good (EX_UNAVAILABLE of sysexits.h).
    /// </summary>
    public const int ServiceFailed = 69;

    /// <summary>A fault in the daemon itself (EX_SOFTWARE of sysexits.h).</summary>
    public const int Software = 70;

    /// <summary>The configuration is invalid (EX_CONFIG of sysexits.h); another start does not help.</summary>
    public const int Configuration = 78;
}
