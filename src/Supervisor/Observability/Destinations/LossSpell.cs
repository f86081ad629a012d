using Reuseportd.Model;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The lines that a file loses, from the first until it has accepted everything for a while. A spell is reported twice, at its
/// beginning and at its end, even if the file accepts some lines in between.
/// </summary>
internal sealed class LossSpell
{
    /// <summary>A file without loss for this time has recovered.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private TimeSpan _last;

    /// <summary>Lines lost in the present spell.</summary>
    public long Lines { get; private set; }

    /// <summary>The latest error; none if there was no room.</summary>
    public Errno Error { get; private set; }

    public bool Lasts { get; private set; }

    /// <param name="now">Monotonic time since any fixed moment.</param>
    /// <returns>True if a spell begins.</returns>
    public bool Add(long lines, Errno error, TimeSpan now)
    {
        var begins = !Lasts;
        (Lasts, _last, Lines, Error) = (true, now, Lines + lines, error);
        return begins;
    }

    /// <summary>The file accepted output, or is closed.</summary>
    /// <returns>True if that ends a spell, with its number of lines.</returns>
    public bool TryEnd(TimeSpan now, bool isClosed, out long lines)
    {
        lines = Lines;
        if (!Lasts || (!isClosed && now - _last < Calm)) return false;
        (Lasts, Lines) = (false, 0);
        return true;
    }
}
