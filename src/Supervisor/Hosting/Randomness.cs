namespace Reuseportd.Hosting;

/// <summary>The one source of randomness; everything below is given it as a function or a value.</summary>
internal static class Randomness
{
#pragma warning disable RS0030, CA5394 // The one place; and jitter is no secret.
    public static double Roll() => Random.Shared.NextDouble();
#pragma warning restore RS0030, CA5394
}
