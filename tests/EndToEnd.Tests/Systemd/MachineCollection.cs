namespace EndToEnd.Tests.Systemd;

/// <summary>All tests of the unit, one after the other, on one machine.</summary>
[CollectionDefinition]
public sealed class MachineCollection : ICollectionFixture<Machine>;
