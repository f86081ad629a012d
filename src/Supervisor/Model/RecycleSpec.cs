namespace Reuseportd.Model;

/// <summary>When a worker that is well is replaced all the same, one of a service at a time.</summary>
/// <param name="MaxAge">Age of its process, or null for no limit.</param>
/// <param name="Variance">
/// Each process's age is spread evenly over this share below and above, so that not all come at once; 0 to 1.
/// </param>
/// <param name="MaxMemory">Resident bytes of the process and all that it started, or null for no limit.</param>
internal sealed record RecycleSpec(TimeSpan? MaxAge, double Variance, ulong? MaxMemory)
{
    public const double DefaultVariance = 0.1;

    public static readonly RecycleSpec Never = new(null, DefaultVariance, null);
}
