namespace EndToEnd.Tests.Systemd;

/// <summary>A test of the unit with the systemd of this host.</summary>
[Collection<MachineCollection>]
public abstract class SystemdTest(Machine machine) : MachineTest(machine);
