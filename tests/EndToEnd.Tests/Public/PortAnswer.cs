using System.Globalization;
using System.Net;

namespace EndToEnd.Tests.Public;

/// <summary>An answer of the port of <c>listen</c>, with its whole body.</summary>
internal sealed record PortAnswer(int Status, string Body, ILookup<string, string> Headers)
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = Harness.Deadline.Patience,
    };

    /// <summary>Sends one request over a connection of its own.</summary>
    /// <param name="headers">In pairs: name, value.</param>
    public static async Task<PortAnswer> OfAsync(string url, string method = "GET", params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        request.Headers.ConnectionClose = true;
        foreach (var pair in headers.Chunk(2)) request.Headers.TryAddWithoutValidation(pair[0], pair[1]);
        using var answer = await Client.SendAsync(request);
        var all = answer.Headers.Concat(answer.Content.Headers)
            .SelectMany(header => header.Value.Select(value => (header.Key, value)))
            .ToLookup(header => header.Key, header => header.value, StringComparer.OrdinalIgnoreCase);
        return new PortAnswer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), all);
    }

    /// <summary>The samples of an answer of <c>/metrics</c>: each series with its value.</summary>
    public Dictionary<string, double> Samples()
    {
        Assert.Equal((int)HttpStatusCode.OK, Status);
        return Body.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' '))
            .ToDictionary(parts => string.Join(' ', parts[..^1]), parts => double.Parse(parts[^1], CultureInfo.InvariantCulture));
    }
}
