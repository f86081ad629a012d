using Reuseportd.Observability.Text;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <summary>One form of the log: how an event of the daemon becomes a record.</summary>
internal interface IEventFormat
{
    /// <summary>Appends one record.</summary>
    void Append(RecordBuffer into, LogEvent happened);
}
