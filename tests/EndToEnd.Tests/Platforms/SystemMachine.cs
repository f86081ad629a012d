using EndToEnd.Tests.Systemd;

namespace EndToEnd.Tests.Platforms;

/// <summary>
/// The system whose root, made by build-aux/system, REUSEPORTD_SYSTEM names. <c>make test-matrix</c> runs the tests for each.
/// </summary>
public sealed class SystemMachine() : Machine(Root is { Length: > 0 } root ? root : null)
{
    internal static string? Root => Environment.GetEnvironmentVariable("REUSEPORTD_SYSTEM");
}

/// <summary>All tests of a system, in sequence, on one machine.</summary>
[CollectionDefinition]
public sealed class SystemCollection : ICollectionFixture<SystemMachine>;
