namespace Linux.Tests.Harness;

/// <summary>Tests of what belongs to the whole process of the tests, one after the other: that others may look at it.</summary>
[CollectionDefinition(nameof(Dumpable))]
public sealed class Dumpable;
