namespace EndToEnd.Tests.Systemd;

/// <summary>The tests of the next daemon, in sequence, on a machine of their own beside that of the other tests.</summary>
[CollectionDefinition]
public sealed class NextDaemonCollection : ICollectionFixture<Machine>;
