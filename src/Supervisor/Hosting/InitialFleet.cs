using Reuseportd.Configuration.Reading;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>What the daemon starts with.</summary>
/// <param name="Path">Where it was read from, and is read from again.</param>
/// <param name="Controllers">What it was and is judged against.</param>
internal sealed record InitialFleet(string Path, FleetSpec Fleet, ControllerOffer Controllers);
