using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Connection;

/// <summary>HTTP over the control socket.</summary>
internal static partial class ControlClient
{
    public const string SocketVariable = "REUSEPORTD_SOCKET";

    private const int MostTries = 200;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(25);

    public const string NotUnderstood = "the daemon's answer cannot be parsed; the daemon may have another version";

    /// <summary>
    /// The socket of the environment variable; else the user's own socket, by the daemon's rule. If the user runs no daemon, the
    /// system's socket, which members of its group may use.
    /// </summary>
    public static string DefaultSocket(Func<string, string?> variable, uint user)
    {
        if (variable(SocketVariable) is { Length: > 0 } given) return given;
        var own = SocketPath.Default(user, variable);
        return File.Exists(own) ? own : SocketPath.System;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>Sends a request and passes the answer to <paramref name="show"/>. Errors go to stderr.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> AskAsync<T>(Ask ask, JsonTypeInfo<T> type, Func<T, int> show, CancellationToken cancellation) =>
        SendAsync(ask, HttpCompletionOption.ResponseContentRead, async (body, stop) =>
            await JsonSerializer.DeserializeAsync(body, type, stop) is { } document
                ? () => show(document)
                : () => Fail(ExitCode.Failed, NotUnderstood),
            cancellation);

    /// <summary>The same for an answer that is read as it arrives.</summary>
    public static Task<int> StreamAsync(
        Ask ask, Func<Stream, CancellationToken, Task<int>> read, CancellationToken cancellation) =>
        SendAsync(ask with { Limit = null }, HttpCompletionOption.ResponseHeadersRead, async (body, stop) =>
        {
            var code = await read(body, stop);
            return () => code;
        }, cancellation);

    /// <summary>Returns null if there is no answer for any reason; for callers that need none.</summary>
    public static async Task<T?> TryGetAsync<T>(string socket, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            using var client = Client(socket);
            await using var body = await client.GetStreamAsync(new Uri(path, UriKind.Relative), cancellation);
            return await JsonSerializer.DeserializeAsync(body, type, cancellation);
        }
        catch (Exception failure) when (
            failure is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<int> SendAsync(
        Ask ask, HttpCompletionOption completion, Func<Stream, CancellationToken, Task<Func<int>>> read,
        CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (ask.Limit is { } time) limit.CancelAfter(time);
        var show = await AnswerAsync(ask, completion, read, cancellation, limit.Token);
        if (ask.Progress is { } progress) await progress.DisposeAsync();
        return show();
    }

    /// <summary>Returns an action that prints the result and returns the exit code.</summary>
    private static async Task<Func<int>> AnswerAsync(
        Ask ask, HttpCompletionOption completion, Func<Stream, CancellationToken, Task<Func<int>>> read,
        CancellationToken interrupted, CancellationToken cancellation)
    {
        using var client = Client(ask.Socket);
        try
        {
            using var request = new HttpRequestMessage(ask.Method, ask.Path) { Content = ask.Body };
            using var response = await client.SendAsync(request, completion, cancellation);
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity)
                return await read(body, cancellation);
            var problem = await JsonSerializer.DeserializeAsync(body, ContractJson.Default.ProblemDocument, cancellation);
            return () => Fail(Problems.CodeOf(response.StatusCode, problem), problem?.Error ?? NotUnderstood);
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException refusal)
        {
            return () => NotConnected(ask.Socket, refusal.SocketErrorCode);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return () => ask.IsEndless ? ExitCode.Ok : ExitCode.Interrupted;
        }
        catch (OperationCanceledException)
        {
            return () => Fail(ExitCode.TimedOut, "the daemon did not answer in time");
        }
        // The binary does not contain the framework's own messages.
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return () => Fail(
                ExitCode.Failed,
                ask.IsEndless ? "the daemon ended the connection" : "the daemon ended the connection without an answer");
        }
        catch (JsonException)
        {
            return () => Fail(ExitCode.Failed, NotUnderstood);
        }
    }

    private static int NotConnected(string socket, SocketError error)
    {
        if (error == SocketError.AccessDenied)
            return Fail(ExitCode.Refused, Problems.MayNot(socket, Environment.UserName, SocketGroup.NameOf(socket)));
        var own = SocketPath.Default(EffectiveUser(), Environment.GetEnvironmentVariable);
        return Fail(ExitCode.NotRunning, Problems.NobodyAnswers(socket, own, Directory.Exists("/run/systemd/system")));
    }

    public static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = (_, stop) => ConnectAsync(socket, stop),
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
    }) { BaseAddress = new Uri("http://reuseportd"), Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Retries while the listener's queue is full (EAGAIN, unix(7)).</summary>
    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                if (IsTrusted(path, EffectiveUser(), () => OwnerOf(socket))) return new NetworkStream(socket, ownsSocket: true);
                throw new SocketException((int)SocketError.ConnectionRefused);
            }
            catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock && tries < MostTries)
            {
                socket.Dispose();
                await Task.Delay(BetweenTries, TimeProvider.System, cancellation);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>
    /// True if the listener may receive commands. In a directory where every user may create files, it must belong to this user.
    /// </summary>
    /// <param name="owner">Returns the user of the listener.</param>
    public static bool IsTrusted(string path, uint user, Func<uint> owner) =>
        Path.GetDirectoryName(path) != SocketPath.SharedPlace(user) || owner() == user;

    /// <summary>The user of the process at the other end (unix(7), SO_PEERCRED).</summary>
    private static uint OwnerOf(Socket socket)
    {
        const int levelSocket = 1, peerCredentials = 17;
        Span<uint> credentials = stackalloc uint[3]; // struct ucred: pid, uid, gid
        socket.GetRawSocketOption(levelSocket, peerCredentials, MemoryMarshal.AsBytes(credentials));
        return credentials[1];
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine($"reuseportctl: {message}");
        return code;
    }
}
