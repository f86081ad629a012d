using System.Net;
using System.Net.Sockets;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.SteeringTask;

namespace Runtime.Tests.Harness;

/// <summary>Three listeners of one port. This process stands for three workers, and for the daemons that steer them.</summary>
internal sealed class SteeredListeners : IDisposable
{
    private readonly string _address;
    private readonly int _port;
    private readonly Socket[] _listeners;
    private readonly List<IDisposable> _held = [];

    public SteeredListeners()
    {
        (_address, _port) = Given.Socket();
        _listeners = [Listener(), Listener(), Listener()];
    }

    public void Dispose()
    {
        _held.ForEach(one => one.Dispose());
        foreach (var listener in _listeners) listener.Dispose();
    }

    private static readonly string[] Ways = ["none", "cbpf", "ebpf"];

    public static LoneSteerer Start(string way, InheritedSteering? inherited = null, IGroupStore? store = null)
    {
        var kind = (SteeringKind)Array.IndexOf(Ways, way);
        var best = SteeringMode.Probe();
        Assert.SkipUnless(best.Kind >= kind, $"not permitted here: {best.Reason}");
        return new LoneSteerer(new SteeringMode(kind, ""), inherited, store);
    }

    /// <summary>Serves these processes by a daemon that then ends at once. It has had 3 connections.</summary>
    public async Task<InheritedSteering> CrashAsync(params int[] processes)
    {
        var store = new StoredChanges();
        var steering = Start("ebpf", store: store);
        _held.Add(steering.Mailbox);
        Serve(steering, processes);
        await steering.Steerer.CountAsync();
        Connect(3);
        // As after a crash, nothing is detached. The next daemon takes duplicates.
        await steering.Steerer.SaveAsync();
        using var self = Pidfd.Open(Environment.ProcessId, out _)!;
        var saved = store.Put[0];
        int[] numbers = [.. saved.Steered.Numbers.Select(number => (int)Libc.PidfdGetFd(self, number))];
        return new InheritedSteering([saved with { Steered = saved.Steered with { Numbers = numbers } }], saved.Services);
    }

    public void Serve(LoneSteerer steering, params int[] processes)
    {
        foreach (var process in processes) Serve(steering, process, "blue");
    }

    public void Serve(LoneSteerer steering, int process, string service) =>
        steering.Steerer.Post(new SteeringRequest.Serve(Placement(process, service)));

    public void Withdraw(LoneSteerer steering, int process) =>
        steering.Steerer.Post(new SteeringRequest.Withdraw(Serial(process), Placement(process, "blue")));

    public Placement Placement(int process, string service)
    {
        var number = (int)_listeners[process].Handle;
        var taken = new TakenSocket(number);
        var sockets = new Dictionary<ulong, (int, int)> { [taken.Inode] = (Environment.ProcessId, number) };
        taken.SetHandleAsInvalid();
        return new Placement(
            Serial(process), new WorkerName(service, process), Environment.ProcessId, Given.Ports(_port), Balance.RoundRobin, 3,
            StallSpec.Default with { Action = StallAction.None }, Group: 0, sockets);
    }

    public static ulong Serial(int process) => (ulong)process + 10;

    private Socket Listener()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(IPAddress.Parse(_address), _port));
        socket.Listen(1000);
        return socket;
    }

    public void Connect(int count)
    {
        for (var made = 0; made < count; made++)
        {
            var client = new TcpClient();
            _held.Add(client);
            client.Connect(_address, _port);
        }
    }

    /// <summary>A connection that the process has accepted.</summary>
    public Socket ClientOf(int process, out Socket accepted)
    {
        while (true)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(_address, _port);
            if (_listeners[process].Poll(TimeSpan.FromMilliseconds(1), SelectMode.SelectRead))
            {
                accepted = _listeners[process].Accept();
                return client;
            }

            client.Dispose();
        }
    }

    public void AcceptAll()
    {
        foreach (var listener in _listeners)
            while (listener.Poll(0, SelectMode.SelectRead)) listener.Accept().Dispose();
    }

    /// <summary>The accept queue of each listener.</summary>
    public uint[] Queues()
    {
        var listing = SockDiag.Serving();
        return [.. Enumerable.Range(0, _listeners.Length).Select(process => Placement(process, "").Sockets.Keys.Single())
            .Select(inode => listing.Single(socket => socket.Inode == inode).ReceiveQueue)];
    }

    public static bool IsProgramOrMap(int number) =>
        new FileInfo($"/proc/self/fd/{number}").LinkTarget?.Contains("bpf", StringComparison.Ordinal) == true;
}
