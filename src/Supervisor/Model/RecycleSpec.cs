namespace Reuseportd.Model;

/// <summary>The limits at which the daemon replaces a healthy worker; at most one worker of a service at a time.</summary>
/// <param name="MaxAge">Age of the process; null for no limit.</param>
/// <param name="Variance">
/// Each process's age limit is spread evenly over this share below and above, so that workers are not replaced all at once; 0 to
/// 1.
/// </param>
/// <param name="MaxMemory">Resident bytes of the process tree; null for no limit.</param>
internal sealed record RecycleSpec(TimeSpan? MaxAge, double Variance, ulong? MaxMemory)
{
    public const double DefaultVariance = 0.1;

    public static readonly RecycleSpec Never = new(null, DefaultVariance, null);
}
