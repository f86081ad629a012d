using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Connection;

/// <summary>An answer, or the reason why there is none.</summary>
internal readonly record struct Polled<T>(T? Answer, string? Problem) where T : class;

/// <summary>Requests that are repeated, over one connection: a missing answer is a value and no error.</summary>
internal sealed class Poll(string socket) : IDisposable
{
    /// <summary>A daemon that works answers in milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = ControlClient.Client(socket);

    public void Dispose() => _client.Dispose();

    public Task<Polled<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class =>
        GetAsync(path, async (body, stop) => await JsonSerializer.DeserializeAsync(body, type, stop), cancellation);

    /// <summary>The documents of an answer that is a stream, and that ends by itself.</summary>
    public Task<Polled<List<T>>> GetAllAsync<T>(
        string path, JsonTypeInfo<T> type, Func<Stream, CancellationToken, IAsyncEnumerable<string>> read,
        CancellationToken cancellation) where T : class =>
        GetAsync(path, async (body, stop) =>
        {
            var all = new List<T>();
            await foreach (var text in read(body, stop))
                if (JsonSerializer.Deserialize(text, type) is { } document) all.Add(document);
            return all;
        }, cancellation);

    /// <summary>The lines of an answer that is JSON lines.</summary>
    public static async IAsyncEnumerable<string> LinesAsync(
        Stream body, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(body);
        while (await reader.ReadLineAsync(cancellation) is { } json)
            if (json.Length > 0) yield return json;
    }

    private async Task<Polled<T>> GetAsync<T>(
        string path, Func<Stream, CancellationToken, Task<T?>> read, CancellationToken cancellation) where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var response = await _client.GetAsync(
                new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            if (response.StatusCode == HttpStatusCode.OK) return new Polled<T>(await read(body, limit.Token), null);
            var problem = await JsonSerializer.DeserializeAsync(body, ContractJson.Default.ProblemDocument, limit.Token);
            return new Polled<T>(null, problem?.Error ?? ControlClient.NotUnderstood);
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException refusal)
        {
            return new Polled<T>(null, refusal.SocketErrorCode == SocketError.AccessDenied
                ? Problems.MayNot(socket, Environment.UserName, SocketGroup.NameOf(socket))
                : $"no daemon at {socket}, waiting");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Polled<T>(null, $"no answer from the daemon at {socket}, waiting");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new Polled<T>(null, $"the daemon at {socket} ended the connection, waiting");
        }
        catch (JsonException)
        {
            return new Polled<T>(null, ControlClient.NotUnderstood);
        }
    }
}
