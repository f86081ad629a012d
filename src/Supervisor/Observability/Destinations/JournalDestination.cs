using Reuseportd.Model;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The native side of <see cref="JournalDestination"/>: datagrams to <c>/run/systemd/journal/socket</c>
/// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). The socket is blocking. It is not connected, so that it reaches a restarted
/// journald.
/// </summary>
internal interface IJournalTransport
{
    /// <summary>
    /// Sends the first records of the batch, one datagram each; several may share a system call (sendmmsg(2)). Blocks while
    /// journald's queue is full; repeats the call after EINTR.
    /// </summary>
    /// <param name="error">The error of the first record; none if at least one record was sent.</param>
    /// <returns>Number of records sent, in order; 0 only with an error.</returns>
    int SendDatagrams(LogBatch batch, out Errno error);

    /// <summary>
    /// Sends one record as a sealed memfd: memfd_create(2) with MFD_ALLOW_SEALING, write, and F_ADD_SEALS with
    /// SEAL|SHRINK|GROW|WRITE. An empty datagram carries the descriptor (SCM_RIGHTS).
    /// </summary>
    Errno SendSealed(ReadOnlySpan<byte> record);
}

/// <summary>
/// The journal. A record that is too large for a datagram is sent by memfd. If journald is unreachable, the batch is dropped at
/// once. While journald restarts, systemd holds its socket and datagrams wait in it; a missing socket means that there is no
/// journald.
/// </summary>
internal sealed class JournalDestination(IJournalTransport transport) : ILogDestination
{
    public LogProgress Write(LogBatch batch)
    {
        var sent = transport.SendDatagrams(batch, out var error);
        if (sent > 0) return LogProgress.Took(batch.LengthThrough(sent - 1));

        // sd_journal_send(3) uses the memfd for both errors.
        if (error != Errno.MessageTooLong && error != Errno.NoBuffers) return LogProgress.Failed(error);
        var length = batch.LengthThrough(0);
        var failure = transport.SendSealed(batch[0]);
        return failure == Errno.None ? LogProgress.Took(length) : LogProgress.LostOne(length, failure);
    }
}
