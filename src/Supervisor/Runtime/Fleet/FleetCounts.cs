namespace Reuseportd.Runtime.Fleet;

/// <summary>How many workers are in which state.</summary>
/// <param name="Unsettled">Workers that are on their way to what was asked of them: to be ready, or to be gone.</param>
internal readonly record struct FleetCounts(int Workers, int Ready, int Starting, int Stopping, int Backoff, int Failed, int Unsettled)
{
    /// <summary>Workers for whose processes a limit has no room.</summary>
    public int Waiting { get; init; }

    /// <summary>One line for people, as systemd's <c>STATUS=</c> shows it.</summary>
    public override string ToString()
    {
        List<string> others = [];
        Note(Starting, "starting");
        Note(Stopping, "stopping");
        Note(Backoff, "in backoff");
        Note(Failed, "failed");
        Note(Waiting, "waiting for room");
        return $"{Ready} of {Workers} workers ready{(others.Count == 0 ? "" : "; " + string.Join(", ", others))}";

        void Note(int count, string what)
        {
            if (count > 0) others.Add($"{count} {what}");
        }
    }
}
