using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Systemd;

namespace EndToEnd.Tests.Upgrades;

/// <summary>The program on disk becomes a version that cannot read the form of the state.</summary>
public sealed class DowngradeTests(Machine machine) : UpgradeTest(machine)
{
    private const int Former = 1, Later = 6;

    /// <summary>A refused replacement changes nothing.</summary>
    [Fact]
    public async Task Reexec_ProgramReadsFormerFormsOnly_IsRefused()
    {
        await StartAsync(Later);
        var before = Workers();
        using var clients = await ClientsAsync();
        Install(Former);
        var refused = await Machine.RunAsync("reuseportctl", "reexec");
        Assert.Equal(1, refused.Code);
        AssertForms(refused.Error);

        await AssertVersionAsync(Later, former: null);
        await clients.AssertFlowsAsync();
        await clients.StopAsync();
        Assert.Equal(before, Workers());
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event is "exit" or "stopping");
    }

    /// <summary>The daemon stops its workers in order, and the next one starts them anew.</summary>
    [Fact]
    public async Task Restart_ProgramReadsFormerFormsOnly_WorkersAreStoppedInOrder()
    {
        await StartAsync(Later);
        var before = Workers();
        Install(Former);
        await ReplaceAsync("restart");

        var refused = await Journal.EventAsync("not_replaced");
        AssertForms(refused["REUSEPORT_REASON"]);
        var stopping = await Journal.EventAsync("stopping", after: refused);
        await Journal.EventAsync("stopped", after: stopping);
        var exits = Journal.Entries.Where(entry => entry.Event == "exit").ToArray();
        Assert.Equal(WorkerCount, exits.Length);
        Assert.DoesNotContain(exits, exit => exit["EXIT_STATUS"] == $"{Processes.Kill}");
        await AssertAnewAsync(before);
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event is "not_adopted");
    }

    /// <summary>There is no daemon that could stop the workers in order.</summary>
    [Fact]
    public async Task Kill_ProgramReadsFormerFormsOnly_WorkersStartAnew()
    {
        await StartAsync(Later);
        var (before, started) = (Workers(), await Journal.EventAsync("started"));
        Install(Former);
        await ReplaceAsync("KILL");

        AssertForms((await Journal.EventAsync("not_adopted"))["REUSEPORT_REASON"]);
        await Journal.EventAsync("started", after: started);
        await AssertAnewAsync(before);
    }

    private static void AssertForms(string? reason) => Facts.AssertIn(reason, "form 3", "form 2");

    private async Task AssertAnewAsync(MachineProcess[] before)
    {
        await AssertVersionAsync(Former, former: null);
        Assert.Empty(Workers().Intersect(before));
        Assert.Equal(before.Length, Workers().Length);
        var status = JsonNode.Parse(await Machine.DoAsync("reuseportctl", "status", "-o", "json"))!;
        Assert.All(
            status["workers"]!.AsArray(),
            worker => Assert.Equal(("ready", 1), ($"{worker!["state"]}", (int)worker["generation"]!)));
        await AssertEvenAsync();
        await UnitAsync("stop");
        Assert.Empty(Machine.Workers());
    }
}
