using Reuseportd.Model;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>The destination of the log. Only the log-writer thread calls it; it may block.</summary>
internal interface ILogDestination
{
    /// <summary>
    /// Accepts bytes from the start of the batch, like write(2): some or all. The rest is passed again at once. A return with
    /// accepted bytes shows progress, so an implementation returns after each system call.
    /// </summary>
    LogProgress Write(LogBatch batch);
}

/// <summary>The result of writing a batch.</summary>
/// <param name="Bytes">Number of bytes that were handled; 0 if the destination failed and the whole batch is dropped.</param>
/// <param name="LostRecords">Number of records among them that could not be written.</param>
/// <param name="Error">The error of these records.</param>
internal readonly record struct LogProgress(int Bytes, int LostRecords, Errno Error)
{
    public static LogProgress Took(int bytes) => new(bytes, 0, Errno.None);

    /// <summary>The destination did not write one record, and continues with the rest.</summary>
    public static LogProgress LostOne(int bytes, Errno error) => new(bytes, 1, error);

    /// <summary>The rest of the batch is lost.</summary>
    public static LogProgress Failed(Errno error) => new(0, 0, error);
}
