using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Runtime.Loop;

/// <summary>What every part of the loop can use.</summary>
/// <param name="Now">The time since the loop was made.</param>
internal sealed record LoopServices(
    Mailbox Mailbox, DescriptorTable Descriptors, OutputLoop Output, ILogger Log, TimeProvider Time, Func<TimeSpan> Now);
