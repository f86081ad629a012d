namespace EndToEnd.Tests.Systemd;

/// <summary>A test of the next daemon, which takes the workers over.</summary>
[Collection<NextDaemonCollection>]
public abstract class NextDaemonTest(Machine machine) : MachineTest(machine);
