using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>What the daemon starts with.</summary>
/// <param name="Path">Where it was read from, and is read from again.</param>
internal sealed record InitialFleet(string Path, FleetSpec Fleet);
