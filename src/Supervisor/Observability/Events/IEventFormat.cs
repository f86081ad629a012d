using Reuseportd.Observability.Text;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <summary>A form of the log: converts an event of the daemon to a record.</summary>
internal interface IEventFormat
{
    /// <summary>Appends one record.</summary>
    void Append(RecordBuffer into, LogEvent happened);
}
