namespace Linux.Tests.Harness;

internal static class Root
{
    /// <summary>Skips the test for ordinary users.</summary>
    public static void Require() => Assert.SkipUnless(UserDatabase.IsRoot, "needs root");
}
