using System.Net;
using System.Net.Sockets;
using System.Text;
using Linux.Tests.Harness;
using Linux.Tests.Sharding;

namespace Linux.Tests.Seccomp;

/// <summary>Servers that a library cannot reach share one port, and each gets connections.</summary>
[Collection(Listeners.Name)]
public sealed class NotifiedServerTests
{
    private const int Copies = 3;
    private const int Requests = 100;

    [Theory]
    [InlineData("go-hello")]
    [InlineData("go-hello-static")]
    public void Add_GoServers_EachAnswersRequests(string program) => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        Serve(service, spawner, program, "127.0.0.1:7000");
    });

    /// <summary>Go binds [::]:7000 for an address without a host.</summary>
    [Fact]
    public void Add_GoServersOnEveryAddress_EachAnswersRequests() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        Serve(service, spawner, "go-hello-static", ":7000");
    });

    [Fact]
    public void Add_StaticServers_EachAnswersRequests() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        for (var number = 0; number < Copies; number++) service.Start(spawner, "hello-static", "7000", "127.0.0.1");
        Deadline.Until(() => service.Outcomes.Count(outcome => outcome.Succeeded) == 2 * Copies, "all listen");
        AssertAllAnswer();
    });

    [Theory]
    [InlineData("go-hello")]
    [InlineData("go-hello-static")]
    public void Add_GoServersOfAnOrdinaryDaemon_EachAnswersRequests(string program) =>
        OwnNetwork.Run(() => OrdinaryUser.OnThisThread(() =>
        {
            using var spawner = new Spawner();
            using var service = new NotifiedService(Shards.Port());
            Serve(service, spawner, program, "127.0.0.1:7000");
        }));

    private static void Serve(NotifiedService service, Spawner spawner, string program, string address)
    {
        for (var number = 0; number < Copies; number++)
            Assert.Equal("ready", service.Start(spawner, program, address).Out!.ReadLine());
        AssertAllAnswer();
    }

    private static void AssertAllAnswer() =>
        Assert.Equal(Copies, Enumerable.Range(0, Requests).Select(_ => Answer()).Distinct().Count());

    private static string Answer()
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, 7000);
        client.Send("GET / HTTP/1.0\r\n\r\n"u8);
        var answer = new byte[4096];
        var length = 0;
        for (int count; (count = client.Receive(answer.AsSpan(length))) > 0;) length += count;
        return Encoding.ASCII.GetString(answer, 0, length).Split("\r\n\r\n")[1];
    }
}
