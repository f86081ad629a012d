namespace Reuseportd.Observability.Destinations;

/// <summary>
/// One opening of a file that the output of workers goes to. What is appended to it is whole lines, but for lines that are longer
/// than a stream holds back: those come in pieces, and where another stream comes between two of them, or a piece was lost, a
/// newline is put in, so that a whole line always has a line of its own.
/// </summary>
internal sealed class LineFile(string path, IFileTransport transport, FileQueue queue)
{
    public string Path { get; } = path;

    public FileQueue Queue { get; } = queue;

    /// <summary>Closes one that nothing was appended to.</summary>
    public void Discard() => Transport.Dispose();

    /// <summary>For the writer of the queue.</summary>
    internal IFileTransport Transport { get; } = transport;

    /// <summary>For the writer: the last byte written leaves a line open.</summary>
    internal bool IsTorn { get; set; }

    /// <summary>For the writer: what would have gone on with the open line was lost.</summary>
    internal bool NeedsNewline { get; set; }

    /// <summary>For the writer: it had no room for a whole while, and is not waited for again until it has.</summary>
    internal bool IsFull { get; set; }

    /// <summary>Under the lock of the queue.</summary>
    internal LossSpell Loss { get; } = new();

    /// <summary>
    /// Under the lock of the queue: what was appended last leaves a line open, and whose that is; null for nobody's.
    /// </summary>
    internal (bool Open, object? Owner) Tail { get; set; }
}
