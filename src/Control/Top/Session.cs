using System.Runtime.InteropServices;
using System.Threading.Channels;
using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;

namespace Reuseportd.Control.Top;

/// <summary>Runs the full screen: what happens changes the state, and the state is drawn.</summary>
internal static class Session
{
    /// <returns>At <c>q</c>, at the cancellation, and when the terminal is gone.</returns>
    public static async Task RunAsync(TopState state, Feed feed, FullScreen screen, CancellationToken cancellation)
    {
        if (!screen.Enter()) return;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var happenings = Channel.CreateUnbounded<Happening>(new UnboundedChannelOptions { SingleReader = true });
        using var resized = PosixSignalRegistration.Create(
            PosixSignal.SIGWINCH, _ => happenings.Writer.TryWrite(new Happening.Resized()));
        using var continued = PosixSignalRegistration.Create(
            PosixSignal.SIGCONT, _ => happenings.Writer.TryWrite(new Happening.Continued()));
        Keyboard.Start(
            key => happenings.Writer.TryWrite(new Happening.Pressed(key)), () => happenings.Writer.TryComplete());
        var feeding = feed.RunAsync(look => happenings.Writer.TryWrite(new Happening.Seen(look)), ending.Token);
        // A fault of the feed ends the session, instead of a screen that does not change.
        _ = feeding.ContinueWith(
            task => happenings.Writer.TryComplete(task.Exception), ending.Token, TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
        try
        {
            await DrawAsync(state, feed, screen, happenings.Reader, ending.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // A signal ends the session.
        }
        finally
        {
            screen.Leave();
            await ending.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task DrawAsync(
        TopState state, Feed feed, FullScreen screen, ChannelReader<Happening> happenings, CancellationToken ending)
    {
        screen.Draw(Frame.Of(state), state.Size);
        while (await happenings.WaitToReadAsync(ending))
        {
            var former = state.Wanted;
            while (!state.IsDone && happenings.TryRead(out var happening)) state = Next(state, happening, feed, screen);
            if (state.IsDone) return;
            feed.Want(state.Wanted);
            if (IsOther(former, state.Wanted)) feed.Refresh();
            screen.Draw(Frame.Of(state), state.Size);
        }
    }

    private static TopState Next(TopState state, Happening happening, Feed feed, FullScreen screen)
    {
        switch (happening)
        {
            case Happening.Seen seen: return state.See(seen.Look);
            case Happening.Pressed { Key: { Kind: KeyKind.Letter, Letter: ' ' } } when !state.IsTyping:
                feed.Refresh();
                return state;
            case Happening.Pressed { Key.Kind: KeyKind.Suspend }:
                screen.Suspend();
                return (state with { Size = SizeNow() }).Settled();
            case Happening.Pressed { Key.Kind: KeyKind.Redraw }:
                screen.Forget();
                return state;
            case Happening.Pressed pressed: return TopKeys.Press(state, pressed.Key);
            case Happening.Continued:
                // Another program may have changed the settings of the terminal and the screen.
                screen.Leave();
                _ = screen.Enter();
                return (state with { Size = SizeNow() }).Settled();
            default: return (state with { Size = SizeNow() }).Settled();
        }
    }

    public static Size SizeNow() => Screen.Size() is { Columns: > 0, Rows: > 0 } size
        ? new Size(size.Columns, size.Rows)
        : Size.Usual;

    /// <summary>True if the daemon must be asked at once, for something that is not known yet.</summary>
    private static bool IsOther(Wanted former, Wanted wanted) =>
        wanted.Worker != former.Worker || wanted.Lines > former.Lines
        || (former.EventsSince is null) != (wanted.EventsSince is null);

    private abstract record Happening
    {
        private Happening()
        {
        }

        public sealed record Seen(Look Look) : Happening;

        public sealed record Pressed(Key Key) : Happening;

        public sealed record Resized : Happening;

        public sealed record Continued : Happening;
    }
}
