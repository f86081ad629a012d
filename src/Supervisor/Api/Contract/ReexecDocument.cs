using System.Text.Json.Serialization;

namespace Reuseportd.Api.Contract;

/// <summary>Body of <c>POST /v1/reexec</c>; optional.</summary>
/// <param name="Timeout">Seconds to wait at most until no process is between its fork and its exec; 30 by default.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ReexecRequest(double? Timeout = null);

/// <summary>Answer of <c>POST /v1/reexec</c>. The new program takes over after the answer.</summary>
/// <param name="Workers">Processes of workers that run on.</param>
/// <param name="Obstacle">The reason why the daemon goes on as before (status 422); absent if it is replaced.</param>
internal sealed record ReexecDocument(int Workers, string? Obstacle);
