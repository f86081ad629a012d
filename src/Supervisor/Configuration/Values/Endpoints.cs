using System.Net;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads an address with a port for a listener of the daemon, or a list of them.</summary>
internal static class Endpoints
{
    private const int MostEndpoints = 16;
    private const string Pattern = @"^(\[[0-9A-Fa-f:.]+\]|[0-9.]+):[0-9]{1,5}$";

    public static readonly Shape Shape = new Shape.List(new Shape.Text(Pattern), OrOne: true, Least: 1, MostEndpoints);

    private const string Accepts = "an address with a port such as 127.0.0.1:9181 or \"[::1]:9181\", or a list of them";

    /// <returns>Each in its usual form; empty without the key, and after an error.</returns>
    public static IReadOnlyList<string> Read(Section section, Key key)
    {
        List<string> endpoints = [];
        if (section.Find(key) is not { } field || field.Items(Accepts, orOne: true) is not { } items) return endpoints;
        if (items.Count is 0 or > MostEndpoints)
            field.Error(items.Count == 0 ? "lists no address; remove the key" : $"accepts at most {MostEndpoints} addresses");
        foreach (var item in items)
        {
            if (item.Text(Accepts) is not { } text) continue;
            if (!IPEndPoint.TryParse(text, out var found) || found.Port == 0) item.Refuse(Accepts);
            else if (endpoints.Contains(found.ToString())) item.Error($"'{Printable.Text(text)}' is there twice");
            else endpoints.Add(found.ToString());
        }

        return endpoints;
    }
}
