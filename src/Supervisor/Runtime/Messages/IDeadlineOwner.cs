namespace Reuseportd.Runtime.Messages;

/// <summary>A part of the loop that has work to do at certain times. Times are those of the loop's clock.</summary>
internal interface IDeadlineOwner
{
    /// <summary>Time from <paramref name="now"/> to its next deadline, not below zero; null if there is none.</summary>
    TimeSpan? NextWait(TimeSpan now);

    /// <summary>Does the work that is due. Must not block.</summary>
    void HandleDue(TimeSpan now);
}
