using System.Text.Json;

namespace EndToEnd.Tests.Controllers;

/// <summary>The kernel's method on the kernel of Debian 12, which also traces binds that fail.</summary>
public sealed class MethodTests(VirtualMachine machine) : ControllerTest(machine)
{
    private static readonly string Shared = $$"""
        services:
          web:
            command: [{{Worker("hello-static")}}, "8080"]
            workers: 3
            reuseport: { ports: [8080] }
          other:
            command: [{{Worker("binds-static")}}, "tcp4,0.0.0.0,8080"]
            depends_on: [web]
            readiness: { type: delay, delay: 0s }
            reuseport: { ports: [9000] }
        """;

    [Fact]
    public async Task Start_StaticProgram_SharesItsPortAndIsReplaced()
    {
        var daemon = Daemon();
        await daemon.ConfigureAsync(Shared);
        await daemon.StartAsync();

        var methods = await daemon.EventsAsync("method");
        Assert.Equal(
            ["kernel"], methods.Where(said => said["REUSEPORT_SERVICE"] == "web").Select(said => said["REUSEPORT_METHOD"]));
        Assert.Equal(["web@0", "web@1", "web@2"], (await daemon.EventsAsync("listen")).Select(said => said.Worker).Order());
        Assert.Equal(0, (await daemon.ControlAsync("restart web")).Code);
        var status = JsonDocument.Parse((await daemon.ControlAsync("status -o json web")).Out).RootElement;
        Assert.All(
            status.GetProperty("workers").EnumerateArray(),
            worker => Assert.Equal(
                ("ready", 2, "kernel", 0),
                (worker.GetProperty("state").GetString(), worker.GetProperty("generation").GetInt32(),
                    worker.GetProperty("method").GetString(), worker.GetProperty("connections").GetInt32())));
        await daemon.StopAsync();
    }

    [Fact]
    public async Task Bind_PortOfAnotherService_HasItsErrno()
    {
        var daemon = Daemon();
        await daemon.ConfigureAsync(Shared);
        await daemon.StartAsync();

        var bind = await daemon.EventAsync("bind", "other@0");
        Assert.Equal(("EADDRINUSE", "8080"), (bind["REUSEPORT_RESULT"], bind["REUSEPORT_PORT"]));
        await daemon.StopAsync();
    }
}
