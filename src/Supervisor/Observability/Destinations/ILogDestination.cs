using Reuseportd.Model;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>Where the log goes. Only the log-writer thread calls it; it may block.</summary>
internal interface ILogDestination
{
    /// <summary>
    /// Takes bytes from the start of the batch, as write(2) does: some or all. What is left comes again at once. Each return
    /// with bytes taken shows that the destination lives, so an implementation returns after each system call.
    /// </summary>
    LogProgress Write(LogBatch batch);
}

/// <summary>What a destination did with a batch.</summary>
/// <param name="Bytes">Bytes dealt with, more than 0; or 0 where it failed and the whole batch is to be given up.</param>
/// <param name="LostRecords">Records among them that could not be written.</param>
/// <param name="Error">Why not.</param>
internal readonly record struct LogProgress(int Bytes, int LostRecords, Errno Error)
{
    public static LogProgress Took(int bytes) => new(bytes, 0, Errno.None);

    /// <summary>One record is passed over; the rest is tried.</summary>
    public static LogProgress LostOne(int bytes, Errno error) => new(bytes, 1, error);

    /// <summary>All that is left of the batch is lost.</summary>
    public static LogProgress Failed(Errno error) => new(0, 0, error);
}
