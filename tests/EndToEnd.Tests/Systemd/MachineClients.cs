using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>Clients of the servers of a <see cref="SuccessionTest"/>, until they are stopped.</summary>
internal sealed class MachineClients : IDisposable
{
    private const int Clients = 16;
    private const int KeepingClients = 8;
    private const int FlowCount = 40;

    private readonly HttpClients[] _loads;
    private readonly UdpClient[] _flows;
    private string[] _owners = [];

    private MachineClients(HttpClients[] loads, UdpClient[] flows) => (_loads, _flows) = (loads, flows);

    /// <param name="ports">Ports whose clients open a connection for each request.</param>
    /// <param name="kept">Ports whose clients keep their connection.</param>
    /// <param name="datagrams">The port of the flows.</param>
    public static async Task<MachineClients> StartAsync(Machine machine, int[] ports, int[] kept, int datagrams)
    {
        var network = new MachineNetwork(machine);
        var flows = network.Flows(FlowCount, datagrams);
        HttpClients[] loads =
        [
            .. ports.Select(port => network.Load(port, Clients)),
            .. kept.Select(port => network.Load(port, KeepingClients, keeps: true)),
        ];
        var clients = new MachineClients(loads, flows);
        clients._owners = await clients.OwnersAsync();
        return clients;
    }

    /// <summary>Each flow has the worker that it had at the beginning.</summary>
    public async Task AssertFlowsAsync() => Assert.Equal(_owners, await OwnersAsync());

    /// <summary>Ends the clients. No request has failed, and no connection was cut.</summary>
    /// <returns>Answered requests.</returns>
    public async Task<int> StopAsync()
    {
        var all = 0;
        foreach (var load in _loads)
        {
            var (answered, failed, cut) = await load.StopAsync();
            Assert.Equal((0, 0), (failed, cut));
            Assert.InRange(answered, 100, int.MaxValue);
            all += answered;
        }

        return all;
    }

    public void Dispose()
    {
        foreach (var load in _loads) load.Dispose();
        foreach (var flow in _flows) flow.Dispose();
    }

    private async Task<string[]> OwnersAsync() => await Task.WhenAll(_flows.Select(async flow =>
    {
        await flow.SendAsync("?"u8.ToArray());
        return Encoding.ASCII.GetString((await flow.ReceiveAsync().WaitAsync(Deadline.Patience)).Buffer);
    }));
}
