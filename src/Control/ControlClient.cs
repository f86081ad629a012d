using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary>HTTP over the control socket.</summary>
internal static partial class ControlClient
{
    public const string SocketVariable = "REUSEPORTD_SOCKET";

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

    /// <summary>Sends a request and hands its answer to <paramref name="show"/>; what fails on the way is said on stderr.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> AskAsync<T>(
        string socket, HttpMethod method, string path, JsonTypeInfo<T> type, Func<T, int> show, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, stop) => ConnectAsync(socket, stop) };
        using var client = new HttpClient(handler) { BaseAddress = new Uri("http://reuseportd"), Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await client.SendAsync(request, cancellation);
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity))
            {
                var problem = await JsonSerializer.DeserializeAsync(body, ContractJson.Default.ProblemDocument, cancellation);
                return Fail(ExitCode.Failed, problem?.Error ?? NotUnderstood);
            }

            return await JsonSerializer.DeserializeAsync(body, type, cancellation) is { } document
                ? show(document)
                : Fail(ExitCode.Failed, NotUnderstood);
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            return Fail(ExitCode.Refused, $"you may not use {socket}: be root or a member of the group 'reuseportd'");
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException)
        {
            return Fail(ExitCode.NotRunning, NobodyAnswers(
                socket, SocketPath.Default(EffectiveUser(), Environment.GetEnvironmentVariable), Directory.Exists("/run/systemd/system")));
        }
        // The framework's own texts are not in the binary.
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return Fail(ExitCode.Failed, "the daemon ended the connection without an answer");
        }
        catch (JsonException)
        {
            return Fail(ExitCode.Failed, NotUnderstood);
        }
    }

    /// <param name="own">The user's usual socket.</param>
    /// <param name="systemd">Whether systemd is the init, as sd_booted(3) finds out.</param>
    public static string NobodyAnswers(string socket, string own, bool systemd)
    {
        var usual = socket == SocketPath.System && own != socket ? $", and there is no {own}" : "";
        var ask = systemd ? " (systemctl status reuseportd)" : "";
        return $"nobody answers on {socket}{usual}: is reuseportd running?{ask} "
               + $"Where its socket is at another place, name it with --socket or {SocketVariable}";
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine($"reuseportctl: {message}");
        return code;
    }
}
