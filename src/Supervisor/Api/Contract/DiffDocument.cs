using System.Text.Json;

namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/diff</c>: what <c>apply</c> would change now.</summary>
/// <param name="Errors">Of the files on disk; where there are any, nothing would change.</param>
/// <param name="Services">Those that would; none where the files say what runs.</param>
internal sealed record DiffDocument(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<ServiceChange> Services)
{
    /// <summary>Services whose number of workers was given by hand (<c>scale</c>), and stays what it is.</summary>
    public IReadOnlyList<ScaledService> Kept { get; init; } = [];
}

/// <summary>What would become of one service.</summary>
/// <param name="Change">
/// <c>added</c>, <c>removed</c>, <c>replaced</c> (every worker is restarted), <c>policy</c> (no worker is touched),
/// <c>scaled</c> (no worker that stays is touched), or <c>paused</c>: nothing, but some of its workers are not yet what it is,
/// and wait for <c>resume</c> or <c>rollback</c>.
/// </param>
/// <param name="Keys">What differs; none of one that is added or removed.</param>
internal sealed record ServiceChange(string Name, string Change, IReadOnlyList<KeyChange> Keys);

/// <summary>One key of a service.</summary>
/// <param name="Path">Below the service, as <c>restart.delay</c>.</param>
/// <param name="From">Value as it runs; absent where it has none.</param>
/// <param name="To">Value on disk; absent where it has none.</param>
internal sealed record KeyChange(string Path, JsonElement? From, JsonElement? To);
