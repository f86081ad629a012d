namespace EndToEnd.Tests.Controllers;

/// <summary>A test with daemons in the virtual machine. No process of a failed test runs on.</summary>
[Collection<VirtualMachineCollection>]
public abstract class ControllerTest(VirtualMachine machine) : IAsyncLifetime
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

    /// <summary>A daemon that runs these services, each as <see cref="Service"/> has it.</summary>
    private protected async Task<GuestDaemon> StartAsync(params string[] services)
    {
        var daemon = Daemon();
        await daemon.ConfigureAsync(Services(services));
        await daemon.StartAsync();
        return daemon;
    }

    private protected static string Services(params string[] services) => $"services:\n{string.Join('\n', services)}";

    /// <param name="command">Words as YAML has them; a worker of the tests, or a program.</param>
    /// <param name="limits">Of <c>limits:</c>.</param>
    private protected static string Service(string name, string command, string limits = "", string more = "workers: 1") =>
        $$"""
          {{name}}:
            command: [{{command}}]
            reuseport: { ports: any }
            readiness: { type: delay, delay: 0s }
            limits: { {{limits}} }
            {{more}}
        """;

    private protected static string Worker(string name) => $"{InitScript.Workers}/{name}";
}
