namespace EndToEnd.Tests.Systemd;

/// <summary>The other tests of the unit, in sequence, on one machine.</summary>
[CollectionDefinition]
public sealed class MachineCollection : ICollectionFixture<Machine>;
