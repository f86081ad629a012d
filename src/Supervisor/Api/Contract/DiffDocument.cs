using System.Text.Json;

namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/diff</c>: the changes that <c>apply</c> would make now.</summary>
/// <param name="Errors">Of the files on disk; with errors, an apply changes nothing.</param>
/// <param name="Services">Services that would change.</param>
internal sealed record DiffDocument(
    IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<ServiceChange> Services)
{
    /// <summary>Services that keep the number of workers that a <c>scale</c> has set.</summary>
    public IReadOnlyList<ScaledService> Kept { get; init; } = [];
}

/// <summary>The change of one service.</summary>
/// <param name="Change">
/// <c>added</c>, <c>removed</c>, <c>replaced</c> (every worker is restarted), <c>policy</c> (no worker is restarted),
/// <c>scaled</c> (workers are added or removed only), or <c>paused</c>: an apply changes nothing, and some workers wait for
/// <c>resume</c> or <c>rollback</c> of their update.
/// </param>
/// <param name="Keys">Keys that differ; none for an added or removed service.</param>
internal sealed record ServiceChange(string Name, string Change, IReadOnlyList<KeyChange> Keys);

/// <summary>A key of a service.</summary>
/// <param name="Path">Below the service, as <c>restart.delay</c>.</param>
/// <param name="From">The running value; absent for none.</param>
/// <param name="To">The value on disk; absent for none.</param>
internal sealed record KeyChange(string Path, JsonElement? From, JsonElement? To);
