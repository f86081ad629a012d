using Reuseportd.Diagnosis;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;

namespace Runtime.Tests.Harness;

/// <summary>The DETAIL of facts, as users read it.</summary>
internal static class Details
{
    extension(WorkerSnapshot worker)
    {
        public string? Detail => WorkerDetail.Of(worker);
    }

    extension(CommandEnd end)
    {
        public string? Detail => CommandWords.Of(end);
    }
}
