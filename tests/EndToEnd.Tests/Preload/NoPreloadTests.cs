using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Preload;

/// <summary>Programs that cannot load the library and use no other method: the log has the reason.</summary>
public sealed class NoPreloadTests : DaemonTest
{
    [Fact]
    public async Task Start_StaticBinary_IsReported()
    {
        var program = Checkout.Worker("binds-static");
        Configure(program, $"tcp4,{Address},{Port}");
        Daemon.Launch();

        await AssertReasonAsync($"statically linked: {program}");
    }

    [Fact]
    public async Task Start_StaticBinaryThatEndsAtOnce_IsReported()
    {
        var program = Checkout.Worker("binds-static");
        Configure(program, "nonsense");
        Daemon.Launch();

        await AssertReasonAsync($"statically linked: {program}");
        Assert.Equal("2", (await Daemon.EventAsync("exit"))["EXIT_STATUS"]);
    }

    [Fact]
    public async Task Start_ScriptWithAStaticInterpreter_NamesTheInterpreter()
    {
        var interpreter = Checkout.Worker("binds-static");
        Configure(await Daemon.Folder.ScriptAsync("script", $"#!{interpreter}\n"));
        Daemon.Launch();

        await AssertReasonAsync($"statically linked: {interpreter}");
    }

    [Fact]
    public async Task Start_SetUidCopy_IsReported()
    {
        Root.Require();
        var program = await Daemon.Folder.SetUidCopyAsync(Checkout.Worker("binds"), "binds", "nobody");
        Configure(program, $"tcp4,{Address},{Port}");
        Daemon.Launch();

        await AssertReasonAsync($"set-uid, set-gid or with file capabilities: {program}");
    }

    /// <summary>The shell loads the library and then executes a program without it.</summary>
    [Fact]
    public async Task Start_WrapperOfAStaticBinary_IsReportedAndReady()
    {
        var program = Checkout.Worker("binds-static");
        Daemon.Configure($$"""
            services:
              odd:
                command: [sh, -c, "exec {{program}} tcp4,{{Address}},{{Port}}"]
                restart: no
                reuseport: { ports: [{{Port}}], method: preload }
            """);
        Daemon.Launch();

        await AssertReasonAsync($"statically linked: {program}");
        await Daemon.EventAsync("ready", "odd@0");
    }

    /// <summary>The loader prints a text and ends before it loads any library.</summary>
    [Fact]
    public async Task Start_LoaderFails_IsReported()
    {
        Configure("/bin/true", "", "environment: { LD_DEBUG: help }");
        Daemon.Launch();

        await AssertReasonAsync("exited before main: /bin/true");
    }

    [Fact]
    public async Task Start_TextWithoutAShebang_IsNotExecuted()
    {
        Configure(await Daemon.Folder.ScriptAsync("text", "echo hello\n"));
        await Daemon.StartAsync();

        Assert.Equal("8", (await Daemon.EventAsync("spawn_error"))["ERRNO"]);
    }

    /// <summary>The counterpart: a program that ends at once, with the library.</summary>
    [Fact]
    public async Task Start_DynamicProgramThatEndsAtOnce_IsNotReported()
    {
        Configure("/bin/true");
        await Daemon.StartAsync("--log-level", "debug");
        await Daemon.StopAsync();

        Assert.Equal("0", Assert.Single(Daemon.Events("exit"))["EXIT_STATUS"]);
        Assert.Single(Daemon.Events("loaded"));
        Assert.Empty(Daemon.Events("no_preload"));
    }

    [Fact]
    public async Task Start_LibraryThatTheUserCannotRead_IsReported()
    {
        Root.Require();
        var library = await Daemon.Folder.CopyAsync(Artifacts.Library, "private/libreuseport.so", "644");
        Daemon.Folder.Mode("private", "700");
        Configure("/bin/sleep", "1000", "user: nobody");
        Daemon.Launch("--preload", library);

        await AssertReasonAsync($"the worker's user cannot read the library: {Daemon.Folder["private"]}: EACCES");
    }

    private async Task AssertReasonAsync(string reason)
    {
        var said = await Daemon.EventAsync("no_preload", "odd@0");
        Assert.Equal(reason, said["REUSEPORT_REASON"]);
        Assert.Equal("4", said["PRIORITY"]);
        Assert.Equal(Daemon.PidOf("odd@0"), said.Pid);
    }

    private void Configure(string program, string argument = "", string more = "autostart: true") => Daemon.Configure($$"""
        services:
          odd:
            command: ["{{program}}", "{{argument}}"]
            {{more}}
            restart: no
            reuseport: { ports: [{{Port}}], method: preload }
        """);
}
