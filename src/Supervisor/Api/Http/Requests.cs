using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Reuseportd.Model;

namespace Reuseportd.Api.Http;

/// <summary>Reads and validates requests; throws a <see cref="Problem"/> for an invalid one.</summary>
internal static class Requests
{
    public const int LargestBody = 64 << 10;

    /// <summary>The loop compares each name with all workers.</summary>
    private const int MostNames = 1024;

    private const int MostPatterns = 32;
    private const int LongestName = 128;

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(7);

    public static async Task<T> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                   ?? throw Problem.Invalid("the body is no JSON object");
        }
        catch (JsonException wrong)
        {
            throw Problem.Invalid($"the body is not understood{At(wrong)}");
        }
    }

    /// <summary>The same for an optional body.</summary>
    public static async Task<T> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> type, T none) =>
        context.Request.ContentLength is null or 0 && context.Request.Headers.TransferEncoding.Count == 0
            ? none
            : await BodyAsync(context, type);

    /// <summary>Names in a body; at least one.</summary>
    public static ValueList<NamePattern> Names(IReadOnlyList<string>? names) => names is { Count: > 0 }
        ? Patterns(names)
        : throw Problem.Invalid("'names' has to name at least one service or worker");

    /// <summary>Names in the query; none means all workers.</summary>
    public static ValueList<NamePattern> Names(HttpContext context) =>
        Patterns([.. context.Request.Query["name"].OfType<string>()]);

    /// <summary>Null for no limit.</summary>
    public static TimeSpan? Timeout(double? seconds) => Seconds("timeout", seconds);

    /// <summary>A duration in a body; null for none.</summary>
    public static TimeSpan? Seconds(string name, double? seconds) => seconds switch
    {
        null => null,
        >= 0 and var given when given <= LongestWait.TotalSeconds => TimeSpan.FromSeconds(given),
        _ => throw Problem.Invalid($"'{name}' accepts seconds from 0 to {LongestWait.TotalSeconds}"),
    };

    /// <summary>A boolean in the query.</summary>
    public static bool Flag(HttpContext context, string name, bool usual) => context.Request.Query[name].ToString() switch
    {
        "" => usual,
        "true" or "1" => true,
        "false" or "0" => false,
        var other => throw Problem.Invalid($"'{name}' accepts true or false, not '{other}'"),
    };

    /// <summary>A number in the query; null for none.</summary>
    public static long? Number(HttpContext context, string name, long most) => context.Request.Query[name].ToString() switch
    {
        "" => null,
        var text when long.TryParse(text, NumberStyles.None, null, out var number) && number <= most => number,
        _ => throw Problem.Invalid($"'{name}' accepts a number from 0 to {most}"),
    };

    private static ValueList<NamePattern> Patterns(IReadOnlyList<string> names)
    {
        if (names.Count > MostNames) throw Problem.Invalid($"at most {MostNames} names are taken at one time");
        if (names.Contains(null!)) throw Problem.Invalid("a name is text");
        if (names.FirstOrDefault(name => name.Length > LongestName) is { } tooLong)
            throw Problem.Invalid($"no name is longer than {LongestName} characters: {tooLong[..LongestName]}...");
        ValueList<NamePattern> patterns = new([.. names.Distinct().Select(name => new NamePattern(name))]);
        return patterns.Count(pattern => pattern.HasWildcards) <= MostPatterns
            ? patterns
            : throw Problem.Invalid($"at most {MostPatterns} names with wildcards are taken at one time");
    }

    private static string At(JsonException wrong) =>
        wrong is { Path: { Length: > 1 } path } ? $" at {path[..Math.Min(path.Length, 64)]}" : "";
}
