namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/check</c>: the files on disk, as the daemon would apply them.</summary>
/// <param name="Errors">Each with file, line and column; none if an apply would succeed.</param>
/// <param name="Warnings">Each with file, line and column.</param>
/// <param name="Files">Paths of the files that were read.</param>
internal sealed record CheckDocument(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<string> Files);
