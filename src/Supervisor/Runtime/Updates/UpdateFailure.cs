using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Updates;

/// <summary>Why an update did not replace a worker, and the replacement that failed; null where none did.</summary>
internal sealed record UpdateFailure(UpdateObstacle Reason, FailedReplacement? FailedReplacement = null);
