using Reuseportd.Observability.Lines;

namespace Reuseportd.Runtime.Output;

/// <summary>Keeps the unfinished lines of workers for the daemon after this one. Waits for memory only.</summary>
internal interface ILineStore
{
    /// <summary>
    /// Completes when the service manager has this daemon's state. A daemon that follows before finds the lines that the former
    /// daemon has kept.
    /// </summary>
    Task Begun { get; }

    /// <param name="process">Serial number.</param>
    /// <param name="line">Empty for none.</param>
    void Save(ulong process, OutputStream stream, UnfinishedLine line);
}

/// <summary>The bytes of a line whose end was not read yet.</summary>
/// <param name="Bytes">Empty between two lines.</param>
/// <param name="Continues">True if the bytes continue a line that was cut.</param>
internal readonly record struct UnfinishedLine(byte[] Bytes, bool Continues)
{
    public static readonly UnfinishedLine None = new([], Continues: false);
}
