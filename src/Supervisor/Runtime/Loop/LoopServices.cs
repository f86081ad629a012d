using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Runtime.Loop;

/// <summary>Objects that all parts of the loop share.</summary>
/// <param name="Now">The time since the loop was made.</param>
internal sealed record LoopServices(
    Mailbox Mailbox, DescriptorTable Descriptors, OutputLoop Output, ILogger Log, TimeProvider Time, Func<TimeSpan> Now);
