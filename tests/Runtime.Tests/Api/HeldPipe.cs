using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Runtime.Tests.Api;

/// <summary>A transport whose reader gets received data late.</summary>
internal sealed class HeldPipe(IDuplexPipe inner, StrongBox<Task> until) : IDuplexPipe
{
    public PipeReader Input { get; } = new Held(inner.Input, until);

    public PipeWriter Output => inner.Output;

    private sealed class Held(PipeReader reader, StrongBox<Task> until) : PipeReader
    {
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await reader.ReadAsync(cancellationToken);
            await until.Value!;
            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            result = default;
            return until.Value!.IsCompleted && reader.TryRead(out result);
        }

        public override void AdvanceTo(SequencePosition consumed) => reader.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
            reader.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => reader.CancelPendingRead();

        public override void Complete(Exception? exception = null) => reader.Complete(exception);
    }
}
