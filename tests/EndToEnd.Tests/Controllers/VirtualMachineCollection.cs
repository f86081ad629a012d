namespace EndToEnd.Tests.Controllers;

/// <summary>All tests of the limits that a control group has, one after the other, in one virtual machine.</summary>
[CollectionDefinition]
public sealed class VirtualMachineCollection : ICollectionFixture<VirtualMachine>;
