namespace EndToEnd.Tests.Systemd;

/// <summary>
/// Daemons that follow each other while clients use the workers: no request, connection, flow of datagrams or line is lost.
/// </summary>
public sealed class AdoptionUnderLoadTests(Machine machine) : SuccessionTest(machine)
{
    private const int Times = 3;

    [Theory]
    [InlineData("reexec")]
    [InlineData("KILL")]
    [InlineData("restart")]
    public async Task Daemon_ReplacedUnderLoad_ClientsNoticeNothing(string how)
    {
        ConfigureServers();
        await StartAsync();
        var before = Workers();
        using var clients = await ClientsAsync();
        var last = await Journal.EventAsync("started");
        for (var time = 0; time < Times; time++)
        {
            await ReplaceAsync(how);
            last = await Journal.EventAsync("started", after: last);
            await clients.AssertFlowsAsync();
        }

        await clients.StopAsync();
        Assert.Equal(before, Workers());
        await AssertEvenAsync();
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event is "exit" or "not_steered");
        await UnitAsync("stop");
        Assert.Empty(Machine.Workers());
        await AssertLinesAsync(mayRepeat: how == "KILL");
    }
}
