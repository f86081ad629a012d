using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Reuseportd.Api.Metrics;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// Replaces the daemon by the program on disk, while the workers live on. The fleet is handed over while no process is between
/// its fork and its exec. The new program checks the state before the old one lets go.
/// </summary>
internal sealed partial class Replacement(
    DaemonResources resources,
    DaemonSignals signals,
    InitialFleet initial,
    Mailbox mailbox,
    OutputLoop output,
    Steering steering,
    LostLines lost,
    UsageReader usage,
    IHostApplicationLifetime lifetime,
    IOptions<HostOptions> host,
    TimeProvider time,
    ILogger log)
{
    /// <summary>The environment variable with the descriptor of the state.</summary>
    public const string Variable = "REUSEPORTD_STATE";

    /// <summary>The longest wait for clients before the new program is executed.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CheckPatience = TimeSpan.FromSeconds(10);

    private int _isUnderWay;

    /// <summary>Idle, or a <see cref="HandOverAsync"/> is under way or done, or none may begin.</summary>
    private int _phase = Idle;
    private const int Idle = 0, HandingOver = 1, Forbidden = 2;
    private Task<string?> _handOver = Task.FromResult<string?>("none has begun");
    private PausedOutput? _paused;
    private FleetSnapshot? _lastFleet;

    /// <summary>The state that was handed over; null while the loop runs.</summary>
    public SavedDaemon? HandedOver { get; private set; }

    /// <summary>The fleet as it was handed over; null while the loop runs, and if it has ended with its workers.</summary>
    public async Task<FleetSnapshot?> LastFleetAsync()
    {
        _ = await _handOver;
        return _lastFleet;
    }

    /// <summary>Hands the fleet over, and stops the host. The caller of the host then calls <see cref="Execute"/>.</summary>
    /// <param name="timeout">The longest wait for a moment at which nothing is under way.</param>
    /// <returns>The reason why the daemon goes on as before; null after a hand-over.</returns>
    public async Task<string?> BeginAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        if (resources.NoReplacement is { } impossible) return impossible;
        if (Interlocked.Exchange(ref _isUnderWay, 1) != 0) return "another replacement is under way";
        try
        {
            return await TryAsync(timeout, cancellation);
        }
        finally
        {
            // After a hand-over no other can begin.
            if (HandedOver is null) Volatile.Write(ref _isUnderWay, 0);
        }
    }

    /// <summary>Executes the new program. Must be called after the host has stopped.</summary>
    /// <param name="flush">Writes what the queues of the log and of the files hold.</param>
    /// <returns>The error; there is no return after a success.</returns>
    public Errno Execute(Action flush)
    {
        var state = HandedOver!;
        var path = resources.Program;
        log.Replaced(path, state.Workers);
        flush();
        using var rings = resources.Rings.TryWrite();
        if (rings is not null) state = state with { Resources = state.Resources with { Rings = DescriptorIdentity.Of(rings) } };
        using var file = SealedFile.TryMake(HandoverText.Write(state), out var errno);
        if (file is null) return errno;
        foreach (var number in state.Descriptors.Append(file.Number)) _ = ProgramReplacement.Keep(number, keep: true);
        var variables = OwnEnvironment.Variables();
        variables[Variable] = file.Number.ToString(CultureInfo.InvariantCulture);
        signals.PassOn(variables);
        var failure = ProgramReplacement.Execute(path, variables);
        if (resources.Keeping is { CanLeave: true } keeping) keeping.End(state.Streams, state.Totals);
        // Else the end of the daemon waits for the output thread.
        else _paused?.Dispose();
        return failure;
    }

    /// <summary>Waits for a hand-over that is under way. No other begins after that.</summary>
    /// <returns>True if the fleet was handed over.</returns>
    public async Task<bool> ForbidAsync()
    {
        while (Interlocked.CompareExchange(ref _phase, Forbidden, Idle) == HandingOver)
            if (await _handOver is null) return true;
        return false;
    }

    private async Task<string?> TryAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        var isChecked = false;
        while (true)
        {
            var answer = await AskAsync(isTrial: true).WaitAsync(cancellation);
            if (answer.Obstacle is null && OwnThreads.AnyUninterruptible() is { } thread)
                answer = answer with { Obstacle = $"the daemon's thread {thread} waits for a disk" };
            if (answer.Obstacle is null && !isChecked)
            {
                if (await CheckAsync(StateOf(answer, []), cancellation) is { Problem: { } refused }) return refused;
                isChecked = true;
                // The check takes time: a worker may start by now.
                continue;
            }

            var obstacle = answer.Obstacle ?? await BeginHandOverAsync();
            if (obstacle is null || time.GetElapsedTime(since) >= timeout) return obstacle;
            await Task.Delay(BetweenTries, time, cancellation);
        }
    }

    private async Task<string?> BeginHandOverAsync()
    {
        if (Interlocked.CompareExchange(ref _phase, HandingOver, Idle) != Idle) return "the daemon is stopping";
        _handOver = HandOverAsync();
        var obstacle = await _handOver;
        if (obstacle is not null) Volatile.Write(ref _phase, Idle);
        return obstacle;
    }

    /// <summary>Cannot be cancelled: the output thread stands still meanwhile.</summary>
    private async Task<string?> HandOverAsync()
    {
        // What the output thread has read is in the mailbox before the loop's last message.
        _paused = await output.PauseAsync();
        var answer = await AnswerAsync(isTrial: false);
        if (answer.Obstacle is not null)
        {
            _paused.Dispose();
            return answer.Obstacle;
        }

        _lastFleet = answer.Fleet;
        // The loop asks the steerer for nothing any more.
        var record = await (await steering.Steerer).SaveAsync();
        var state = StateOf(answer, _paused.Streams);
        HandedOver = state with
        {
            Groups = [.. record.Groups.Select(SavedGroups.Save)],
            Totals = state.Totals! with { Given = SavedGiven.Save(record.Ended) },
        };
        signals.Collect();
        resources.Socket.KeepListening();
        // A client that reads slowly must not hold up the workers' output.
        host.Value.ShutdownTimeout = LongestEnd;
        lifetime.StopApplication();
        return null;
    }

    private async Task<HandedOver> AnswerAsync(bool isTrial)
    {
        try
        {
            return await AskAsync(isTrial);
        }
        catch (OperationCanceledException)
        {
            return new HandedOver("the daemon is stopping", [], 0);
        }
    }

    private Task<HandedOver> AskAsync(bool isTrial)
    {
        var done = new TaskCompletionSource<HandedOver>(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new HandoverMessage(isTrial, done));
        return done.Task;
    }

    private SavedDaemon StateOf(HandedOver answer, IReadOnlyList<WorkerStream> streams)
    {
        var state = resources.Root(initial) with
        {
            LastToken = answer.LastToken, Host = answer.Host, Services = answer.Services,
            Streams = [.. streams.Select(Save)], Groups = [],
            Totals = usage.AddTo(
                answer.Totals! with { LostLines = Enum.GetValues<LineLoss>().ToDictionary(reason => reason, lost.Of) }),
        };
        // A process that has left its pipe to another one may have ended.
        return state.WithoutStrays();
    }

    private static SavedStream Save(WorkerStream stream)
    {
        var line = stream.Suspend();
        return new SavedStream(
            stream.Pipe.Number, stream.Process, stream.Source.Stream == OutputStream.Stderr, line.Bytes, line.Continues)
        {
            LastLine = stream.LastWords?.Finished(stream.Source.Stream),
        };
    }

    /// <summary>Lets the new program read the state.</summary>
    private async Task<StateCheck> CheckAsync(SavedDaemon state, CancellationToken cancellation)
    {
        var path = resources.Program;
        using var file = SealedFile.TryMake(HandoverText.Write(state), out var errno);
        if (file is null) return new($"memfd_create: {errno}", IsUnknown: true);
        var place = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{file.Number}");
        string[] arguments = [.. ProgramReplacement.OwnArguments()[1..], "--check-state", place];
        var variables = OwnEnvironment.Variables();
        var (said, error) = await OwnProgram.RunAsync(path, arguments, variables, CheckPatience, time).WaitAsync(cancellation);
        if (error is not null) return new(error.ToString(), IsUnknown: error.Errno.IsShortage || error.Errno == Errno.TimedOut);
        return said switch
        {
            null => new($"{path} has not checked the state in time", IsUnknown: true),
            Inherited.Restorable => default,
            "" => new($"{path} cannot check the state"),
            _ => new($"{path} refuses the state: {said.Trim()}"),
        };
    }
}
