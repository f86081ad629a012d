using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>A daemon without capabilities and without control groups: of an ordinary user, or in a container.</summary>
public sealed class OrdinaryUserTests : MethodTest
{
    private const string Warning = "4";
    private const string Information = "6";

    [Theory]
    [InlineData("hello-static", "seccomp", "{}")]
    [InlineData("go-hello", "seccomp", "{}")]
    [InlineData("go-hello-static", "seccomp", "{}")]
    [InlineData("hello", "seccomp", "{}")]
    [InlineData("hello-static", "auto", "{ no_new_privileges: true }")]
    [InlineData("go-hello-static", "auto", "{ no_new_privileges: true }")]
    public async Task Restart_UnderLoad_LosesNothing(string program, string wanted, string more)
    {
        await Daemon.BecomeOrdinaryAsync();
        Configure(Command(program, await Daemon.WorkerCopyAsync(program)), $"method: {wanted}", more: more);
        await Daemon.StartWithLibraryAsync();
        var method = Assert.Single(Daemon.Events("method"));
        Assert.Equal((Information, "seccomp"), (method["PRIORITY"], method["REUSEPORT_METHOD"]));
        await AssertShareAsync("seccomp");
        await using (var load = Load.Http(Address, Port)) await AssertRestartLosesNothingAsync(load);

        await AssertShareAsync("seccomp");
        Assert.Single(Daemon.Events("method"));
    }

    /// <summary>The filter needs no_new_privs, and the daemon sets this flag only if the service asks for it.</summary>
    [Fact]
    public async Task Start_StaticProgramWithoutNoNewPrivileges_WarnsOnceAndUsesTheLibrary()
    {
        await Daemon.BecomeOrdinaryAsync();
        var program = await Daemon.WorkerCopyAsync("hello-static");
        Configure(Command("hello-static", program), "method: auto", workers: 2, more: "{ restart: no }");
        await Daemon.StartWithLibraryAsync();

        var method = Assert.Single(Daemon.Events("method"));
        Assert.Equal((Warning, "preload"), (method["PRIORITY"], method["REUSEPORT_METHOD"]));
        Facts.AssertIn(method["REUSEPORT_REASON"], program, "'no_new_privileges: true'");
        await Daemon.EventAsync("cause", Daemon.Events("failed")[0].Worker);
    }

    [Theory]
    [InlineData(OrdinaryDaemon.User)]
    [InlineData(0)]
    public async Task Start_Container_UsesTheLibraryWithoutAnError(int user)
    {
        await Daemon.BecomeOrdinaryAsync(user: user);
        Configure(Command("hello", await Daemon.WorkerCopyAsync("hello")), "method: auto");
        await Daemon.StartWithLibraryAsync();

        Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
        await AssertShareAsync("preload");
        var method = Assert.Single(Daemon.Events("method"));
        Assert.Equal((Information, "preload"), (method["PRIORITY"], method["REUSEPORT_METHOD"]));
        Assert.DoesNotContain(Daemon.Log.Records, record => record.Number("PRIORITY") <= 3);
    }
}
