using System.Net;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads the address of a listener of the daemon, or a list of them.</summary>
internal static class Endpoints
{
    private const int MostEndpoints = 16;
    private const string Ports = @"(\[[0-9A-Fa-f:.]+\]|[0-9.]+):[0-9]{1,5}";

    public static readonly Shape Shape = ShapeOf($"^{Ports}$");

    /// <summary>With sockets that have a path.</summary>
    public static readonly Shape ShapeWithPaths = ShapeOf($"^({Ports}|unix:/.+)$");

    private const string AcceptsPorts = "an address with a port such as 127.0.0.1:9181 or \"[::1]:9181\", or a list of them";

    private const string AcceptsPaths =
        "an address with a port such as 127.0.0.1:9180 or \"[::1]:9180\", unix:PATH with an absolute path, or a list of them";

    /// <returns>Each in its usual form; empty without the key, and after an error.</returns>
    public static IReadOnlyList<string> Read(Section section, Key key)
    {
        List<string> endpoints = [];
        var accepts = key.Shape == ShapeWithPaths ? AcceptsPaths : AcceptsPorts;
        if (section.Find(key) is not { } field || field.Items(accepts, orOne: true) is not { } items) return endpoints;
        if (items.Count is 0 or > MostEndpoints)
            field.Error(items.Count == 0 ? "lists no address; remove the key" : $"accepts at most {MostEndpoints} addresses");
        foreach (var item in items)
        {
            if (item.Text(accepts) is not { } text || Usual(item, text, accepts) is not { } usual) continue;
            if (endpoints.Contains(usual)) item.Error($"'{Printable.Text(text)}' is there twice");
            else endpoints.Add(usual);
        }

        return endpoints;
    }

    /// <returns>Null after an error.</returns>
    private static string? Usual(Field item, string text, string accepts)
    {
        if (accepts == AcceptsPaths && ListenSpec.PathOf(text) is { } path)
            return Paths.IsSound(item, path, accepts, Paths.LongestSocket) ? text : null;
        if (IPEndPoint.TryParse(text, out var found) && found.Port != 0) return found.ToString();
        item.Refuse(accepts);
        return null;
    }

    private static Shape.List ShapeOf(string pattern) =>
        new(new Shape.Text(pattern), OrOne: true, Least: 1, MostEndpoints);
}
