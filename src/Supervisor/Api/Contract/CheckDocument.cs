namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/check</c>: the files on disk, judged by the daemon that would apply them.</summary>
/// <param name="Errors">With file, line and column; none where they could be applied.</param>
/// <param name="Warnings">With file, line and column.</param>
/// <param name="Files">Paths of those that were read.</param>
internal sealed record CheckDocument(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<string> Files);
