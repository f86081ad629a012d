using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Balancers;

/// <summary>A host behind HAProxy is maintained while clients send requests.</summary>
public sealed class TwoHostsTests
{
    private const int Requests = 200;

    /// <param name="isKept">True for clients that keep their connections.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Maintenance_EachHostInTurn_NoRequestFails(bool isKept)
    {
        await using var hosts = new TwoHosts();
        await hosts.StartAsync();
        await using var load = Load.Start(isKept ? hosts.RequestKeptAsync : hosts.RequestAsync, clients: 8);
        await load.AnswersAsync(Requests);
        for (var number = 0; number < hosts.Hosts.Length; number++)
        {
            var host = hosts.Hosts[number];
            var drain = host.ControlAsync("drain", "--lb-grace", "5s");
            await hosts.HasAsync(number, "DRAIN");
            Assert.Equal(0, (await drain).Code);
            await hosts.HasAsync(number, "MAINT");
            await load.AnswersAsync(Requests);

            await host.StopAndStartAsync();
            await hosts.HasAsync(number, "UP");
            await load.AnswersAsync(Requests);

            Assert.Equal(0, (await host.ControlAsync("drain", "--lb-grace", "2s")).Code);
            await hosts.HasAsync(number, "MAINT");
            await load.AnswersAsync(Requests);
            Assert.Equal(0, (await host.ControlAsync("undrain")).Code);
            await hosts.HasAsync(number, "UP");
            await load.AnswersAsync(Requests);
        }

        Assert.Empty(await load.StopAsync());
        await hosts.AssertNothingIsHiddenAsync();
    }

    /// <summary>The stop tells the balancer, as no command does before it.</summary>
    [Fact]
    public async Task Stop_WithGraceTime_NoRequestFails()
    {
        await using var hosts = new TwoHosts();
        await hosts.StartAsync(more: "shutdown: { lb_grace: 5s }\n");
        await using var load = Load.Start(hosts.RequestAsync, clients: 8);
        for (var number = 0; number < hosts.Hosts.Length; number++)
        {
            await load.AnswersAsync(Requests);
            var restart = hosts.Hosts[number].StopAndStartAsync();
            await hosts.HasAsync(number, "DRAIN");
            await restart;
            await hosts.HasAsync(number, "UP");
        }

        await load.AnswersAsync(Requests);
        Assert.Empty(await load.StopAsync());
        await hosts.AssertNothingIsHiddenAsync();
    }

    [Fact]
    public async Task Weight_OneOfThreeWorkersDoesNotRun_IsTwoThirds()
    {
        await using var hosts = new TwoHosts();
        await hosts.StartAsync(failing: 2);
        for (var number = 0; number < hosts.Hosts.Length; number++)
            await Deadline.UntilAsync(async () => await hosts.FieldAsync(number, "weight") == "66", "the weight is lower");
        Assert.InRange(await hosts.RequestAsync(), 2, int.MaxValue);
    }
}
