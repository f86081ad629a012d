using EndToEnd.Tests.Controllers;

namespace EndToEnd.Tests.Platforms;

/// <summary>
/// The machine whose folder of build-aux/guest REUSEPORTD_GUEST names. <c>make test-arm64</c> and <c>make test-matrix</c> run the
/// tests for each of their machines.
/// </summary>
public sealed class GuestMachine() : VirtualMachine(Folder is { Length: > 0 } folder ? Guest.Read(folder) : null)
{
    internal static bool IsArm => Folder is { Length: > 0 } folder && Guest.IsArm(folder);

    private static string? Folder => Environment.GetEnvironmentVariable("REUSEPORTD_GUEST");
}

/// <summary>All tests of a kernel, in sequence, in one machine.</summary>
[CollectionDefinition]
public sealed class GuestCollection : ICollectionFixture<GuestMachine>;
