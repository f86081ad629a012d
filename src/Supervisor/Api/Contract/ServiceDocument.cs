using System.Text.Json;

namespace Reuseportd.Api.Contract;

/// <summary>
/// Answer of <c>GET /v1/services/NAME</c>: the effective configuration in the form of the YAML files, with every key that has a
/// value. A user can save it as a file of services.d: JSON is YAML.
/// </summary>
/// <param name="Services">A single entry: the name of the service and its configuration.</param>
internal sealed record ServiceDocument(IReadOnlyDictionary<string, JsonElement> Services);
