namespace Reuseportd.Observability.Lines;

/// <summary>
/// The last line that a process wrote: on stderr, else on stdout. The output loop writes it; any thread may read it, also after
/// the end of the process.
/// </summary>
/// <param name="stdout">True if the daemon reads this stream.</param>
/// <param name="stderr">See <paramref name="stdout"/>.</param>
internal sealed class LastWords(bool stdout, bool stderr)
{
    private readonly Lock _gate = new();
    private readonly LastLine _stdout = new();
    private readonly LastLine _stderr = new();
    private string? _former;
    private bool _isStdoutOpen = stdout;
    private bool _isStderrOpen = stderr;

    /// <summary>True if no further output can change the line.</summary>
    public bool IsFinal
    {
        get
        {
            lock (_gate) return !_isStderrOpen && (_stderr.Exists || !_isStdoutOpen);
        }
    }

    /// <summary>The line, bounded and with control characters escaped; null if the process wrote nothing.</summary>
    public string? Line
    {
        get
        {
            lock (_gate) return _stderr.Text ?? _stdout.Text ?? _former;
        }
    }

    /// <summary>The line of a process that an earlier daemon has read, and that has ended.</summary>
    public static LastWords OfEarlierDaemon(string line) => new(stdout: false, stderr: false) { _former = line };

    /// <summary>The newest finished line of a stream, for <see cref="Add"/> of another object; empty if there is none.</summary>
    public byte[] Finished(OutputStream stream)
    {
        lock (_gate) return (stream == OutputStream.Stderr ? _stderr : _stdout).Finished.ToArray();
    }

    /// <summary>Adds the bytes of one read.</summary>
    public void Add(OutputStream stream, ReadOnlySpan<byte> chunk)
    {
        lock (_gate) (stream == OutputStream.Stderr ? _stderr : _stdout).Take(chunk);
    }

    /// <summary>The whole stream has been read.</summary>
    public void End(OutputStream stream)
    {
        lock (_gate)
        {
            if (stream == OutputStream.Stderr) _isStderrOpen = false;
            else _isStdoutOpen = false;
        }
    }
}
