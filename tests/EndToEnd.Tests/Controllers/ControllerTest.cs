namespace EndToEnd.Tests.Controllers;

/// <summary>A test with the limits that a control group has.</summary>
[Collection<VirtualMachineCollection>]
public abstract class ControllerTest(VirtualMachine machine) : GuestTest(machine)
{
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
}
