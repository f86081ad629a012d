using Reuseportd.Model;

namespace Reuseportd.Observability.Lines;

internal enum OutputStream
{
    Stdout,
    Stderr,
}

/// <summary>An output stream of a worker's process.</summary>
internal sealed class LineSource(WorkerName worker, int pid, OutputStream stream)
{
    public WorkerName Worker { get; } = worker;

    public int Pid { get; } = pid;

    public OutputStream Stream { get; } = stream;

    /// <summary>
    /// The common beginning of all records of the stream, in the log's form. It is created with the first line, because many
    /// streams stay silent.
    /// </summary>
    public byte[]? Head { get; set; }

    /// <summary>The retained output; null before the first line, or without retention.</summary>
    public OutputTail? Tail { get; set; }

    public string StreamName => NameOf(Stream);

    public static string NameOf(OutputStream stream) => stream == OutputStream.Stdout ? "stdout" : "stderr";
}
