using System.Text.Json;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Output;

/// <summary>Keys of a service whose default is not one value, as comments of YAML; pure.</summary>
internal static class Unset
{
    private static readonly (string Section, string Key, string Meaning)[] Known =
    [
        ("", "no_new_privileges", "true if user or group differs from the daemon's, else false"),
        ("reuseport", "balance", "round_robin for TCP, hash for UDP"),
        ("reuseport", "backlog", "the program's"),
    ];

    public static string Comments(ServiceDocument document) => string.Concat(
        from service in document.Services.Values
        from key in Known
        where !IsSet(service, key.Section, key.Key)
        select $"# not set: {(key.Section.Length > 0 ? $"{key.Section}." : "")}{key.Key}: {key.Meaning}\n");

    private static bool IsSet(JsonElement service, string section, string key) =>
        section.Length == 0
            ? service.TryGetProperty(key, out _)
            : service.TryGetProperty(section, out var below) && below.TryGetProperty(key, out _);
}
