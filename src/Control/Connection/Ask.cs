using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Reuseportd.Control.Connection;

/// <summary>A request to the daemon.</summary>
/// <param name="Path">Path and query.</param>
internal sealed record Ask(string Socket, HttpMethod Method, string Path)
{
    /// <summary>Time limit for requests that a working daemon answers at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public HttpContent? Body { get; init; }

    /// <summary>Longest wait for the answer; null for no limit.</summary>
    public TimeSpan? Limit { get; init; } = Patience;

    /// <summary>Shown during the wait, and disposed before the answer is shown.</summary>
    public IAsyncDisposable? Progress { get; init; }

    /// <summary>True if the answer never ends, so that Ctrl-C is a normal end.</summary>
    public bool IsEndless { get; init; }

    /// <param name="path">Without a query; each name becomes a <c>name=</c>.</param>
    public static Ask Get(string socket, string path, IEnumerable<string> names, params IEnumerable<string> more)
    {
        var query = string.Join('&', names.Select(name => $"name={Uri.EscapeDataString(name)}").Concat(more));
        return new Ask(socket, HttpMethod.Get, query.Length == 0 ? path : $"{path}?{query}");
    }

    public static Ask Post<T>(string socket, string path, T body, JsonTypeInfo<T> type) => new(socket, HttpMethod.Post, path)
    {
        Body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type)) {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        },
    };
}
