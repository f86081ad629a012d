using System.Globalization;

namespace Reuseportd.Model;

/// <summary>The numbers of linux/ioprio.h.</summary>
internal enum IoClass
{
    Realtime = 1,
    BestEffort = 2,
    Idle = 3,
}

/// <summary>Turn of a process at block devices (ioprio_set(2)), where their scheduler goes by it.</summary>
/// <param name="Level">0, the first, to 7; 0 for <see cref="IoClass.Idle"/>.</param>
internal sealed record IoPrioritySpec(IoClass Class, int Level)
{
    /// <summary>That of a process which nobody gave one (IOPRIO_NORM).</summary>
    public const int UsualLevel = 4;

    private const int ClassShift = 13;

    /// <summary>As ioprio_set(2) takes it.</summary>
    public int Value => (int)Class << ClassShift | Level;

    /// <summary>As it is written in the configuration: <c>realtime:0</c>, <c>idle</c>.</summary>
    public override string ToString() => Class switch
    {
        IoClass.Realtime => string.Create(CultureInfo.InvariantCulture, $"realtime:{Level}"),
        IoClass.BestEffort => string.Create(CultureInfo.InvariantCulture, $"best-effort:{Level}"),
        _ => "idle",
    };
}
