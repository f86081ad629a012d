namespace Reuseportd.Runtime.Fleet;

/// <summary>The number of workers in each state.</summary>
/// <param name="Unsettled">Workers that have not yet reached the requested state: ready, or stopped.</param>
internal readonly record struct FleetCounts(
    int Workers, int Ready, int Starting, int Stopping, int Backoff, int Failed, int Unsettled)
{
    /// <summary>Workers that cannot start because a limit of the daemon leaves no room for their processes.</summary>
    public int Waiting { get; init; }

    /// <summary>One line for people. systemd shows it as <c>STATUS=</c>.</summary>
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
