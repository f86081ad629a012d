using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Reuseportd.Api.Admission;
using Reuseportd.Api.Http;
using Reuseportd.Api.Routes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Users;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Api;

/// <summary>The daemon's HTTP server behind its gate. A test decides when one path answers.</summary>
internal sealed class GatedServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _host;
    private readonly LocalSocket _door;

    private GatedServer(GateRule rule, int turns, TimeProvider time)
    {
        var access = new AccessRule(UserDatabase.EffectiveUser, Group: null, ReadGroup: null);
        var gate = new ConnectionGate(access, rule, turns, time);
        _door = LocalSocket.TryBind(_folder["s"], out _)!;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            server => server.Listen(new ControlEndPoint(_door, _folder["s"], gate), listen =>
        {
            listen.Use(ConnectionGate.Guard);
            listen.Use(Behind);
        }));
        builder.Services.AddSingleton<IConnectionListenerFactory, PendingConnectionsTransport>();
        builder.Services.AddRoutingCore();
        _host = builder.Build();
        ControlApi.Map(
            _host,
            [new Route(HttpMethods.Get, "/held", Access.Read, HeldAsync), new Route(HttpMethods.Get, "/", Access.Read, OkAsync)],
            access);
    }

    /// <summary>For later connections: the server sees received data only after this task.</summary>
    public StrongBox<Task> Reading { get; set; } = new(Task.CompletedTask);

    /// <summary>Requests for <c>/held</c> that have arrived.</summary>
    public Channel<string> Held { get; } = Channel.CreateUnbounded<string>();

    /// <summary><c>/held</c> does not answer until the test completes this source.</summary>
    public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<GatedServer> StartAsync(GateRule rule, int turns = 8, TimeProvider? time = null)
    {
        var server = new GatedServer(rule, turns, time ?? TimeProvider.System);
        await server._host.StartAsync();
        return server;
    }

    public async Task<GatedClient> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["s"]));
        return new GatedClient(socket);
    }

    /// <summary>An idle connection, after one answered request.</summary>
    public async Task<GatedClient> IdleAsync()
    {
        var client = await ConnectAsync();
        await client.AskAsync("/");
        Assert.StartsWith("HTTP/1.1 200 ", await client.AnswerAsync(), StringComparison.Ordinal);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Answer.TrySetResult();
        await _host.DisposeAsync();
        _door.Dispose();
        _folder.Dispose();
    }

    private ConnectionDelegate Behind(ConnectionDelegate next) => connection =>
    {
        connection.Transport = new HeldPipe(connection.Transport, Reading);
        return next(connection);
    };

    private async Task HeldAsync(HttpContext context)
    {
        Held.Writer.TryWrite(context.Request.QueryString.ToString());
        await Answer.Task;
        await OkAsync(context);
    }

    private static Task OkAsync(HttpContext context) => context.Response.WriteAsync("ok");
}

/// <summary>A client of <see cref="GatedServer"/>.</summary>
internal sealed class GatedClient(Socket socket) : IDisposable
{
    public Task AskAsync(string path) => socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));

    /// <summary>Reads until the end of an answer. If the connection ends first, the text is empty or incomplete.</summary>
    public async Task<string> AnswerAsync()
    {
        var (text, buffer) = ("", new byte[4096]);
        while (!IsWhole(text) && await socket.ReceiveAsync(buffer).WaitAsync(Deadline.Patience) is > 0 and var length)
            text += Encoding.ASCII.GetString(buffer, 0, length);
        return text;
    }

    public void Dispose() => socket.Dispose();

    private static bool IsWhole(string text) =>
        text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) || text.EndsWith('}');
}
