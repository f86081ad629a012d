using System.Globalization;

namespace Decisions.Tests;

/// <summary>How many inputs the test of a property makes. <c>make fuzz</c> multiplies the numbers by FUZZ_FACTOR.</summary>
internal static class Iterations
{
    private static readonly int Factor =
        int.Parse(Environment.GetEnvironmentVariable("FUZZ_FACTOR") ?? "1", CultureInfo.InvariantCulture);

    public static int Times(int usual) => usual * Factor;
}
