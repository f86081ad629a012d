using System.Globalization;

namespace EndToEnd.Tests.Harness;

/// <summary>Sockets that serve a port, as <c>/proc/net</c> shows them.</summary>
internal static class Listeners
{
    private const string Listening = "0A";
    private const string Unconnected = "07";

    /// <returns>One entry, as <c>tcp 0100007F:1F90</c>, for each TCP listener and each UDP socket without a peer.</returns>
    public static string[] On(int port) =>
    [
        .. Of("tcp", Listening, port), .. Of("tcp6", Listening, port), .. Of("udp", Unconnected, port),
        .. Of("udp6", Unconnected, port),
    ];

    private static IEnumerable<string> Of(string table, string state, int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines($"/proc/net/{table}").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns[3] == state && columns[1].EndsWith(suffix, StringComparison.Ordinal))
            .Select(columns => $"{table} {columns[1]}");
    }
}
