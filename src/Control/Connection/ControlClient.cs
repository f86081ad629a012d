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

    private const string NotUnderstood = "the daemon's answer is not understood; is it of another version?";

    /// <summary>
    /// The one that is named; else the user's own, by the rule that the daemon goes by; where the user runs none, the system's,
    /// which a member of its group may use.
    /// </summary>
    public static string DefaultSocket(Func<string, string?> variable, uint user)
    {
        if (variable(SocketVariable) is { Length: > 0 } given) return given;
        var own = SocketPath.Default(user, variable);
        return File.Exists(own) ? own : SocketPath.System;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>
    /// Sends a request and hands its answer to <paramref name="show"/>; what fails on the way is said on stderr.
    /// </summary>
    /// <returns>The exit code.</returns>
    public static Task<int> AskAsync<T>(Ask ask, JsonTypeInfo<T> type, Func<T, int> show, CancellationToken cancellation) =>
        SendAsync(ask, HttpCompletionOption.ResponseContentRead, async (body, stop) =>
            await JsonSerializer.DeserializeAsync(body, type, stop) is { } document ? () => show(document) : () => Fail(ExitCode.Failed, NotUnderstood),
            cancellation);

    /// <summary>The same for an answer that is read while it comes.</summary>
    public static Task<int> StreamAsync(Ask ask, Func<Stream, CancellationToken, Task<int>> read, CancellationToken cancellation) =>
        SendAsync(ask with { Limit = null }, HttpCompletionOption.ResponseHeadersRead, async (body, stop) =>
        {
            var code = await read(body, stop);
            return () => code;
        }, cancellation);

    /// <summary>Null where there is no answer, for whatever reason: for what does without one.</summary>
    public static async Task<T?> TryGetAsync<T>(string socket, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            using var client = Client(socket);
            await using var body = await client.GetStreamAsync(new Uri(path, UriKind.Relative), cancellation);
            return await JsonSerializer.DeserializeAsync(body, type, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<int> SendAsync(
        Ask ask, HttpCompletionOption completion, Func<Stream, CancellationToken, Task<Func<int>>> read, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (ask.Limit is { } time) limit.CancelAfter(time);
        var show = await AnswerAsync(ask, completion, read, cancellation, limit.Token);
        if (ask.Progress is { } progress) await progress.DisposeAsync();
        return show();
    }

    /// <returns>What remains to be said, and gives the exit code.</returns>
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
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity) return await read(body, cancellation);
            var problem = await JsonSerializer.DeserializeAsync(body, ContractJson.Default.ProblemDocument, cancellation);
            return () => Fail(Problems.CodeOf(response.StatusCode, problem), problem?.Error ?? NotUnderstood);
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            return () => Fail(ExitCode.Refused, Problems.MayNot(ask.Socket, Environment.UserName, SocketGroup.NameOf(ask.Socket)));
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException)
        {
            return () => Fail(ExitCode.NotRunning, Problems.NobodyAnswers(
                ask.Socket, SocketPath.Default(EffectiveUser(), Environment.GetEnvironmentVariable), Directory.Exists("/run/systemd/system")));
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return () => ask.IsEndless ? ExitCode.Ok : ExitCode.Interrupted;
        }
        catch (OperationCanceledException)
        {
            return () => Fail(ExitCode.TimedOut, "the daemon did not answer in time");
        }
        // The framework's own texts are not in the binary.
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return () => Fail(ExitCode.Failed, ask.IsEndless ? "the daemon ended the connection" : "the daemon ended the connection without an answer");
        }
        catch (JsonException)
        {
            return () => Fail(ExitCode.Failed, NotUnderstood);
        }
    }

    private static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = (_, stop) => ConnectAsync(socket, stop),
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
    }) { BaseAddress = new Uri("http://reuseportd"), Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>
    /// Comes again where so many are on their way that the kernel takes no more for the moment (EAGAIN, unix(7)).
    /// </summary>
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
    /// In a place where everybody may make directories, whoever listens may be a stranger who waits for our commands.
    /// </summary>
    /// <param name="owner">User who listens.</param>
    public static bool IsTrusted(string path, uint user, Func<uint> owner) =>
        Path.GetDirectoryName(path) != SocketPath.SharedPlace(user) || owner() == user;

    /// <summary>Who listens at the other end (unix(7), SO_PEERCRED).</summary>
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
