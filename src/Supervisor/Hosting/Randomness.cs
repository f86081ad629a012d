namespace Reuseportd.Hosting;

/// <summary>The only source of randomness. Lower floors get it as a function or a value.</summary>
internal static class Randomness
{
#pragma warning disable RS0030, CA5394 // The only place; jitter needs no secure randomness.
    public static double Roll() => Random.Shared.NextDouble();
#pragma warning restore RS0030, CA5394
}
