namespace EndToEnd.Tests.Packages;

/// <summary>All tests of the packages, in sequence, on one machine.</summary>
[CollectionDefinition]
public sealed class PackageCollection : ICollectionFixture<PackageMachine>;
