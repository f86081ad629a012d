namespace Linux.Tests.Harness;

/// <summary>
/// Tests that change whether the test process is dumpable. They run in sequence, as the flag belongs to the process.
/// </summary>
[CollectionDefinition(nameof(Dumpable))]
public sealed class Dumpable;
