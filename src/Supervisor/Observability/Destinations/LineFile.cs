namespace Reuseportd.Observability.Destinations;

/// <summary>
/// An open file for the output of workers. Output is appended as whole lines, except lines that are too long for a stream's
/// buffer: these come in pieces. If another stream writes between two pieces, or a piece is lost, a newline is inserted. So a
/// whole line is never joined to another.
/// </summary>
internal sealed class LineFile(string path, IFileTransport transport, FileQueue queue)
{
    /// <summary>The stream of an earlier daemon, as the owner of an open line.</summary>
    internal static readonly object Former = new();

    public string Path { get; } = path;

    public FileQueue Queue { get; } = queue;

    /// <summary>
    /// Notes that an earlier daemon has ended within a line. Must be called before the first output is appended.
    /// </summary>
    public void ContinueFormer()
    {
        Tail = (true, Former);
        IsTorn = true;
    }

    /// <summary>Closes a file that no output was appended to.</summary>
    public void Discard() => Transport.Dispose();

    /// <summary>For the writer of the queue.</summary>
    internal IFileTransport Transport { get; } = transport;

    /// <summary>For the writer: the last byte written was not a newline.</summary>
    internal bool IsTorn { get; set; }

    /// <summary>For the writer: the rest of the open line was lost.</summary>
    internal bool NeedsNewline { get; set; }

    /// <summary>
    /// For the writer: the file had no room for a whole wait; the writer does not wait for it again until it has.
    /// </summary>
    internal bool IsFull { get; set; }

    /// <summary>Guarded by the queue's lock.</summary>
    internal LossSpell Loss { get; } = new();

    /// <summary>
    /// Guarded by the queue's lock: whether the last appended output left a line open, and its stream; null for no stream.
    /// </summary>
    internal (bool Open, object? Owner) Tail { get; set; }
}
