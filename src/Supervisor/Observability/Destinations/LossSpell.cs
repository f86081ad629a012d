using Reuseportd.Model;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The lines that a file loses, from the first one until it has taken all for a while. One spell is said twice, at its beginning
/// and at its end, however often the file takes some and loses others in between.
/// </summary>
internal sealed class LossSpell
{
    /// <summary>A file that has lost nothing for this long is well again.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private TimeSpan _last;

    /// <summary>Lines lost in the spell that lasts.</summary>
    public long Lines { get; private set; }

    /// <summary>The latest error; none where there was no room.</summary>
    public Errno Error { get; private set; }

    public bool Lasts { get; private set; }

    /// <param name="now">Monotonic time since any fixed moment.</param>
    /// <returns>Whether a spell begins.</returns>
    public bool Add(long lines, Errno error, TimeSpan now)
    {
        var begins = !Lasts;
        (Lasts, _last, Lines, Error) = (true, now, Lines + lines, error);
        return begins;
    }

    /// <summary>The file took something, or is closed.</summary>
    /// <returns>Whether that ends a spell, of so many lines.</returns>
    public bool TryEnd(TimeSpan now, bool isClosed, out long lines)
    {
        lines = Lines;
        if (!Lasts || (!isClosed && now - _last < Calm)) return false;
        (Lasts, Lines) = (false, 0);
        return true;
    }
}
