using Reuseportd.Model;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The native side of <see cref="JournalDestination"/>: datagrams to <c>/run/systemd/journal/socket</c>
/// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). The socket is blocking and not connected, so that it finds a journald
/// that was started anew.
/// </summary>
internal interface IJournalTransport
{
    /// <summary>
    /// Sends the first records of the batch, one datagram each, with as few system calls as it likes (sendmmsg(2)). Blocks
    /// while journald's queue is full; EINTR is tried again.
    /// </summary>
    /// <param name="error">Why the first record was not sent; none where at least one was.</param>
    /// <returns>Records sent, in order: some or all, and 0 only with an error.</returns>
    int SendDatagrams(LogBatch batch, out Errno error);

    /// <summary>
    /// Sends one record as a sealed memfd: memfd_create(2) with MFD_ALLOW_SEALING, write, F_ADD_SEALS of
    /// SEAL|SHRINK|GROW|WRITE, and an empty datagram that carries the descriptor (SCM_RIGHTS).
    /// </summary>
    Errno SendSealed(ReadOnlySpan<byte> record);
}

/// <summary>
/// The journal. What does not fit a datagram goes by memfd. Where journald cannot be reached at all the batch is given up at
/// once: systemd itself holds the socket over a restart of journald, so datagrams wait in it meanwhile, and a missing
/// socket means that there is no journald to wait for.
/// </summary>
internal sealed class JournalDestination(IJournalTransport transport) : ILogDestination
{
    public LogProgress Write(LogBatch batch)
    {
        var sent = transport.SendDatagrams(batch, out var error);
        if (sent > 0) return LogProgress.Took(batch.LengthThrough(sent - 1));

        // sd_journal_send(3) takes the same way for both.
        if (error != Errno.MessageTooLong && error != Errno.NoBuffers) return LogProgress.Failed(error);
        var length = batch.LengthThrough(0);
        var failure = transport.SendSealed(batch[0]);
        return failure == Errno.None ? LogProgress.Took(length) : LogProgress.LostOne(length, failure);
    }
}
