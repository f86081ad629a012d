using System.Text.Json;

namespace Reuseportd.Api.Contract;

/// <summary>
/// Answer of <c>GET /v1/services/NAME</c>: the effective configuration in the form of the YAML files, with every key that has a
/// value. It may be put into a file as it is: JSON is YAML.
/// </summary>
/// <param name="Services">One entry: the service by its name.</param>
internal sealed record ServiceDocument(IReadOnlyDictionary<string, JsonElement> Services);
