namespace Reuseportd.Runtime.SteeringTask;

/// <content>Looks at draining and at stuck processes.</content>
internal sealed partial class SharedGroups
{
    /// <summary>Handles the end of the last connection of a draining process.</summary>
    public void HandleIdle(ulong serial, TimeSpan now)
    {
        if (diag is not null && _drains.HandleIdle(serial, diag, now)) ReportDrained();
    }

    /// <summary>Looks at draining processes if a look is due.</summary>
    public void WatchDrains(TimeSpan now)
    {
        if (diag is null) return;
        foreach (var process in _drains.Check(diag, now))
            mailbox.Post(new SteeringMessage.Holds(process.Placement.Process, (int)Math.Min(process.Held, int.MaxValue)));
        ReportDrained();
    }

    /// <summary>Looks for stuck workers if a look is due.</summary>
    public void WatchStalls(TimeSpan now)
    {
        if (diag is not null) _stalls.Check(diag, _groups.Values, now);
    }

    private void ReportDrained()
    {
        foreach (var process in _ends.TakeReady())
        {
            _drains.Remove(process);
            mailbox.Post(new SteeringMessage.Drained(process.Placement.Process));
        }
    }
}
