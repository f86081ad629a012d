using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Microsoft.Win32.SafeHandles;

namespace EndToEnd.Tests.Systemd;

/// <summary>Clients in the network of a machine.</summary>
/// <param name="machine">The machine.</param>
internal sealed partial class MachineNetwork(Machine machine)
{
    private const int NetworkNamespace = 0x40000000;

    /// <summary>Sockets with a flow of datagrams each. A socket stays in the network that it was made in.</summary>
    public UdpClient[] Flows(int count, int port)
    {
        UdpClient[] flows = [];
        var thread = new Thread(() =>
        {
            using var network = File.OpenHandle(machine.Path("/proc/1/ns/net"));
            if (Enter(network, NetworkNamespace) == 0)
                flows = [.. Enumerable.Range(0, count).Select(_ => new UdpClient("127.0.0.1", port))];
        });
        thread.Start();
        thread.Join();
        Assert.Equal(count, flows.Length);
        return flows;
    }

    /// <summary>Clients with one open request each, until they are stopped: see bench/load/http_load.c.</summary>
    /// <param name="keeps">True if each client keeps its connection.</param>
    public HttpClients Load(int port, int clients, bool keeps = false)
    {
        string[] words = ["127.0.0.1", $"{port}", $"{clients}", "600", .. keeps ? ["keep"] : Array.Empty<string>()];
        return new HttpClients(
            Process.Start(Command.Start("nsenter", machine.EnterNetwork([Checkout.Worker("http_load"), .. words])))!);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(SafeFileHandle space, int kind);
}

/// <summary>A running http_load.</summary>
internal sealed class HttpClients(Process process) : IDisposable
{
    /// <summary>Ends the clients after their open requests.</summary>
    /// <returns>Requests answered and failed, and kept connections that the server has closed.</returns>
    public async Task<(int Answered, int Failed, int Cut)> StopAsync()
    {
        Processes.Signal(process.Id, Processes.Terminate);
        var text = await process.StandardOutput.ReadToEndAsync().WaitAsync(Deadline.Patience);
        using var counts = JsonDocument.Parse(text);
        return (Count("answered"), Count("failed"), Count("reconnects"));

        int Count(string name) => counts.RootElement.GetProperty(name).GetInt32();
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }
}
