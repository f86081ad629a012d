using System.Text.Json;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Verbs;

/// <summary>Keys of a service that have no one value as long as nobody gives them one, as comments of YAML; pure.</summary>
internal static class Unset
{
    private static readonly (string Section, string Key, string Meaning)[] Known =
    [
        ("", "no_new_privileges", "true where user or group are not the daemon's own, else false"),
        ("reuseport", "balance", "round_robin for TCP, hash for UDP"),
        ("reuseport", "backlog", "as the program asks for it"),
    ];

    public static string Comments(ServiceDocument document) => string.Concat(
        from service in document.Services.Values
        from key in Known
        where !IsSet(service, key.Section, key.Key)
        select $"# not set: {(key.Section.Length > 0 ? $"{key.Section}." : "")}{key.Key}: {key.Meaning}\n");

    private static bool IsSet(JsonElement service, string section, string key) =>
        section.Length == 0 ? service.TryGetProperty(key, out _) : service.TryGetProperty(section, out var below) && below.TryGetProperty(key, out _);
}
