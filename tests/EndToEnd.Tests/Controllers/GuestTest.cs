namespace EndToEnd.Tests.Controllers;

/// <summary>A test with daemons in a virtual machine. No process of a failed test runs on.</summary>
public abstract class GuestTest(VirtualMachine machine) : IAsyncLifetime
{
    private static int _count;

    private readonly List<GuestDaemon> _daemons = [];

    private protected VirtualMachine Machine => machine;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(machine.Obstacle is not null, $"no virtual machine can be had here: {machine.Obstacle}");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var daemon in _daemons)
        {
            var log = await daemon.EndAsync();
            if (TestContext.Current.TestState?.Result == TestResult.Failed) TestContext.Current.TestOutputHelper?.WriteLine(log);
        }
    }

    private protected GuestDaemon Daemon(
        Delegation delegation = Delegation.Marked, string controllers = "+cpu +memory +pids", string prepare = "")
    {
        var daemon = new GuestDaemon(machine, $"test{++_count}")
        {
            Delegation = delegation, Controllers = controllers, Prepare = prepare,
        };
        _daemons.Add(daemon);
        return daemon;
    }

    private protected static string Worker(string name) => $"{InitScript.Workers}/{name}";
}
