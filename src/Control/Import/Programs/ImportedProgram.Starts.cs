using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Programs;

/// <content>Whether and when a service starts.</content>
internal sealed partial class ImportedProgram
{
    private const string NoWait =
        "no wait after the end of a process that was ready for more than 1 s: the daemon replaces it at once";

    /// <summary>A shorter wait makes no difference that a user sees.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    /// <summary>The service does not start by itself.</summary>
    /// <param name="why">The reason, as the start of a sentence.</param>
    public void KeepStopped(Place at, string why)
    {
        Flag(Key.Autostart, false, at);
        var remark = new Remark(
            at, $"{why}; remove 'autostart: false' when it can start", Weight.Note, Key.Autostart.Path);
        if (!Remarks.Contains(remark)) Remarks.Add(remark);
    }

    /// <summary>A value in a text is not known. A command without it would start, and do something else.</summary>
    /// <param name="key">Path of the key that has the text.</param>
    public void NotKnown(Place at, string name, string key)
    {
        Missing(at, $"the value of {Printable.Text(name)} is not known here", key);
        if (key == "command") KeepStopped(at, "its command is not known");
    }

    /// <summary>The wait before a restart.</summary>
    /// <param name="isConstant">True if it does not grow.</param>
    public void RestartDelay(TimeSpan delay, Place at, bool isConstant)
    {
        Duration(Key.RestartDelay, delay, at);
        if (isConstant) Number(Key.RestartMultiplier, 1, at);
        Remarks.RemoveAll(remark => remark.Text == NoWait);
        if (delay >= AtOnce) Note(at, NoWait, Key.RestartDelay.Path);
    }
}
