using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Steering;

namespace Reuseportd.Runtime.Handover;

/// <summary>The records of a state in a <see cref="Linux.Files.RecordLog"/>. Pure.</summary>
internal static class StateRecords
{
    /// <summary>The key of the record with the daemon's own values.</summary>
    public const string Daemon = "daemon";

    /// <summary>The key of the record with the unfinished lines of workers, of a daemon that has ended in order.</summary>
    public const string Streams = "streams";

    /// <summary>The key of the record with the file of the newest events and output, as above.</summary>
    public const string Rings = "rings";

    /// <summary>The key of the record with the counters, as above.</summary>
    public const string Totals = "totals";

    /// <summary>The key of the record with the drain of the host.</summary>
    public const string Host = "host";

    /// <summary>More than the processes that a daemon starts while the kernel still reports of ended ones.</summary>
    private const ulong TokensOfTheDead = 1 << 20;

    private const string ServicePrefix = "service ";
    private const string WorkerPrefix = "worker ";
    private const string GroupPrefix = "group ";
    private const string LinePrefix = "line ";

    public static string KeyOf(string service) => ServicePrefix + service;

    /// <param name="slot">The worker's number, or a number of a replacement slot.</param>
    public static string KeyOf(string service, string slot) => $"{WorkerPrefix}{service} {slot}";

    public static string KeyOf(GroupKey group) => string.Create(
        CultureInfo.InvariantCulture,
        $"{GroupPrefix}{(group.IsStream ? 's' : 'd')}{(group.IsInet6 ? 6 : 4)} {group.Address.First:x}:{group.Address.Second:x} "
        + $"{group.Port} {group.Device} {group.Uid}");

    /// <summary>The key of the unfinished line of a process.</summary>
    public static string KeyOf(ulong process, bool isStderr) =>
        string.Create(CultureInfo.InvariantCulture, $"{LinePrefix}{process} {(isStderr ? "stderr" : "stdout")}");

    /// <summary>The record of a service, without its workers.</summary>
    public static byte[] Write(SavedService service) =>
        JsonSerializer.SerializeToUtf8Bytes(service, HandoverJson.Default.SavedService);

    public static byte[] Write(SavedWorker worker) =>
        JsonSerializer.SerializeToUtf8Bytes(worker, HandoverJson.Default.SavedWorker);

    public static byte[] Write(SavedStream line) => JsonSerializer.SerializeToUtf8Bytes(line, HandoverJson.Default.SavedStream);

    public static byte[] Write(IReadOnlyList<SavedStream> streams) =>
        JsonSerializer.SerializeToUtf8Bytes([.. streams], HandoverJson.Default.SavedStreamArray);

    public static byte[] Write(SavedTotals totals) =>
        JsonSerializer.SerializeToUtf8Bytes(totals, HandoverJson.Default.SavedTotals);

    public static byte[] Write(DescriptorIdentity rings) =>
        JsonSerializer.SerializeToUtf8Bytes(rings, HandoverJson.Default.DescriptorIdentity);

    /// <returns>Empty if the host serves, which removes the record.</returns>
    public static byte[] Write(SavedHost? host) =>
        host is null ? [] : JsonSerializer.SerializeToUtf8Bytes(host, HandoverJson.Default.SavedHost);

    public static byte[] Write(SavedGroup group) => JsonSerializer.SerializeToUtf8Bytes(group, HandoverJson.Default.SavedGroup);

    /// <summary>Joins the records to the text of a state. <see cref="HandoverText.TryRead"/> judges it.</summary>
    /// <param name="problem">The reason why the records are refused; null for a state.</param>
    public static SavedDaemon? TryJoin(IReadOnlyDictionary<string, byte[]> records, out string? problem)
    {
        problem = "the state has no record of the daemon";
        if (!records.TryGetValue(Daemon, out var root)) return null;
        if (HandoverText.TryRead(root, out problem) is not { } state) return null;
        try
        {
            state = state with
            {
                Resources = state.Resources with { Rings = Optional(records, Rings, HandoverJson.Default.DescriptorIdentity) },
                Totals = Optional(records, Totals, HandoverJson.Default.SavedTotals),
                Services = [.. ServicesOf(records)],
                Streams = records.TryGetValue(Streams, out var streams)
                    ? Read(streams, HandoverJson.Default.SavedStreamArray)
                    : LinesOf(records),
                Host = records.TryGetValue(Host, out var host) ? Read(host, HandoverJson.Default.SavedHost) : null,
                Groups = [.. Of(records, GroupPrefix).Select(group => Read(group.Value, HandoverJson.Default.SavedGroup))],
            };
            state = DoubledProcesses.Resolve(state);
            var serials = state.Processes.Select(process => process.Serial).DefaultIfEmpty();
            state = state.WithoutStrays() with
            {
                LastToken = Math.Max(state.LastToken, serials.Max() + TokensOfTheDead),
            };
            problem = HandoverRules.Problem(state);
            return problem is null ? state : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException or NotSupportedException)
        {
            problem = $"the state cannot be read: {failure.Message}";
            return null;
        }
    }

    private static SavedStream[] LinesOf(IReadOnlyDictionary<string, byte[]> records) =>
    [
        .. Of(records, LinePrefix)
            .Select(line => Optional(records, line.Key, HandoverJson.Default.SavedStream)).OfType<SavedStream>(),
    ];

    private static IEnumerable<SavedService> ServicesOf(IReadOnlyDictionary<string, byte[]> records)
    {
        var workers = Of(records, WorkerPrefix).ToLookup(
            record => ServiceOf(record.Key),
            record => Read(record.Value, HandoverJson.Default.SavedWorker));
        return Of(records, ServicePrefix).Select(record => Read(record.Value, HandoverJson.Default.SavedService) with
        {
            Workers = [.. workers[record.Key[ServicePrefix.Length..]].OrderBy(worker => worker.Index)],
        });
    }

    private static string ServiceOf(string worker) => worker.LastIndexOf(' ') is var end && end >= WorkerPrefix.Length
        ? worker[WorkerPrefix.Length..end]
        : throw new FormatException("a worker of no service");

    /// <summary>A damaged record is no reason to refuse the workers.</summary>
    private static T? Optional<T>(IReadOnlyDictionary<string, byte[]> records, string key, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return records.TryGetValue(key, out var record) ? JsonSerializer.Deserialize(record, type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<KeyValuePair<string, byte[]>> Of(IReadOnlyDictionary<string, byte[]> records, string prefix) =>
        records.Where(record => record.Key.StartsWith(prefix, StringComparison.Ordinal));

    private static T Read<T>(byte[] record, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(record, type) ?? throw new FormatException("an empty record");
}
