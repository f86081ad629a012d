using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Systemd;

namespace EndToEnd.Tests.Upgrades;

/// <summary>
/// Versions that follow each other while clients use the workers. The program on disk is exchanged before each one.
/// </summary>
public sealed class VersionTests(Machine machine) : UpgradeTest(machine)
{
    /// <param name="versions">The way back stays within one form.</param>
    [Theory]
    [InlineData("reexec", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 8, 7, 6)]
    [InlineData("reexec", 1, 10, 6, 7)]
    [InlineData("KILL", 1, 3, 5, 6, 8, 10, 6)]
    [InlineData("restart", 1, 3, 5, 6, 8, 10, 6)]
    public async Task Daemon_ReplacedByOtherVersions_ClientsNoticeNothing(string how, params int[] versions)
    {
        await StartAsync(versions[0]);
        var before = Workers();
        using var clients = await ClientsAsync();
        var last = await Journal.EventAsync("started");
        for (var step = 1; step < versions.Length; step++)
        {
            Install(versions[step]);
            await ReplaceAsync(how);
            var adopted = await Journal.EventAsync("adopted", after: last);
            Facts.AssertIn(adopted.Message, $"reuseportd {Name(versions[step - 1])}");
            last = await Journal.EventAsync("started", after: adopted);
            await AssertVersionAsync(versions[step], versions[step - 1]);
            await clients.AssertFlowsAsync();
        }

        var answered = await clients.StopAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: {versions.Length - 1} replacements, {answered} requests");
        Assert.Equal(before, Workers());
        await AssertEvenAsync();
        Assert.DoesNotContain(
            Journal.Entries, entry => entry.Event is "exit" or "not_steered" or "not_adopted" or "not_replaced");
        await UnitAsync("stop");
        Assert.Empty(Machine.Workers());
        await AssertLinesAsync(mayRepeat: how == "KILL");
    }
}
