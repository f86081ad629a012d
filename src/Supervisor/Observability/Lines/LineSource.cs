using Reuseportd.Model;

namespace Reuseportd.Observability.Lines;

internal enum OutputStream
{
    Stdout,
    Stderr,
}

/// <summary>One output stream of one process of a worker.</summary>
internal sealed class LineSource(WorkerName worker, int pid, OutputStream stream)
{
    public WorkerName Worker { get; } = worker;

    public int Pid { get; } = pid;

    public OutputStream Stream { get; } = stream;

    /// <summary>
    /// What every record of the stream begins with, in the log's form; made at the first line, since many streams stay silent.
    /// </summary>
    public byte[]? Head { get; set; }

    /// <summary>Where the newest of it is kept; null before the first, and where nothing is kept.</summary>
    public OutputTail? Tail { get; set; }

    public string StreamName => NameOf(Stream);

    public static string NameOf(OutputStream stream) => stream == OutputStream.Stdout ? "stdout" : "stderr";
}
