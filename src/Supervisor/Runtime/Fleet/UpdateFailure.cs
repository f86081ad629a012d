using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>Why a worker is not replaced.</summary>
/// <param name="FailedReplacement">The new process that did not get ready; null where none is the reason.</param>
internal sealed record UpdateFailure(UpdateObstacle Reason, FailedReplacement? FailedReplacement = null);
