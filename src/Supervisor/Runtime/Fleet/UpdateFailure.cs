using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>The reason why a worker is not replaced.</summary>
/// <param name="FailedReplacement">The new process that did not become ready; null if there is another reason.</param>
internal sealed record UpdateFailure(UpdateObstacle Reason, FailedReplacement? FailedReplacement = null);
