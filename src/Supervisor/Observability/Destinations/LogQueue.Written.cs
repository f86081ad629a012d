namespace Reuseportd.Observability.Destinations;

/// <content>The count of written records, for the output loop: it leaves lines in their pipes until they are written.</content>
internal sealed partial class LogQueue
{
    private Action? _notify;
    private bool _isWrittenWanted;

    /// <inheritdoc/>
    public long Progress => _writer.Progress;

    /// <inheritdoc/>
    public long Appended
    {
        get
        {
            lock (_gate) return _appended;
        }
    }

    /// <summary>Sets what is called on the writer thread when more is written; see <see cref="WrittenOf"/>.</summary>
    public void NotifyWritten(Action written)
    {
        lock (_gate) _notify = written;
    }

    /// <inheritdoc/>
    public long WrittenOf(long wanted)
    {
        lock (_gate)
        {
            _isWrittenWanted |= _settled < wanted;
            return _settled;
        }
    }
}
