using EndToEnd.Tests.Controllers;

namespace EndToEnd.Tests.Platforms;

/// <summary>The methods by which workers share their port.</summary>
public sealed class ShardingTests(GuestMachine machine) : KernelTest(machine)
{
    [Fact]
    public async Task Start_ProgramOfLibc_SharesItsPortByTheLibrary()
    {
        var daemon = await StartAsync();
        await AssertShareAsync(daemon, "preload");
        Assert.Equal(Workers, (await daemon.EventsAsync("bind")).Count(bind => bind["REUSEPORT_RESULT"] == "ok"));
        await daemon.StopAsync();
    }

    [Fact]
    public async Task Start_StaticProgram_SharesItsPortByTheKernelsPrograms()
    {
        await RequireAsync(ForKernelMethod);
        var daemon = await StartAsync("hello-static", method: "kernel");
        await AssertShareAsync(daemon, "kernel");
        Assert.Equal(Workers, (await daemon.EventsAsync("bind")).Count(bind => bind["REUSEPORT_RESULT"] == "ok"));
        await daemon.StopAsync();
    }

    [Fact]
    public async Task Start_StaticProgram_SharesItsPortBySeccomp()
    {
        await RequireAsync(ForSeccomp);
        var daemon = await StartAsync("hello-static", method: "seccomp");
        await AssertShareAsync(daemon, "seccomp");
        Assert.Equal(Workers, (await daemon.EventsAsync("bind")).Count(bind => bind["REUSEPORT_RESULT"] == "ok"));
        await daemon.StopAsync();
    }

    /// <summary>With the kernel's method, a failed bind is seen by a program that traces functions of the kernel.</summary>
    [Fact]
    public async Task Bind_StaticProgramFails_HasItsErrno()
    {
        await RequireAsync(ForTracing);
        var daemon = Daemon();
        await daemon.ConfigureAsync($$"""
            services:
              web:
                command: [{{Worker("hello-static")}}, "{{Port}}"]
                reuseport: { ports: [{{Port}}], method: kernel }
              other:
                command: [{{Worker("binds-static")}}, "tcp4,0.0.0.0,{{Port}}"]
                depends_on: [web]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: [9000], method: kernel }
            """);
        await daemon.StartAsync();
        var bind = await daemon.EventAsync("bind", "other@0");
        Assert.Equal(("EADDRINUSE", $"{Port}"), (bind["REUSEPORT_RESULT"], bind["REUSEPORT_PORT"]));
        await daemon.StopAsync();
    }
}
