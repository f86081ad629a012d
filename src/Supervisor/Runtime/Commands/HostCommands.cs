using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Services;
using Serilog;

namespace Reuseportd.Runtime.Commands;

/// <summary>
/// Carries out the commands for the host, and answers them. A client that drains the host waits for the grace time first, and
/// then for the workers. Only the loop's thread uses it.
/// </summary>
internal sealed class HostCommands(HostDrain host, ServiceTable fleet, CommandRunner commands, CommandEnds ends, ILogger log)
{
    private const string All = "host";

    /// <summary>Commands that wait for the end of the grace time.</summary>
    private readonly List<FleetMessage.Command> _leaving = [];

    public void Handle(FleetMessage.Command command)
    {
        if (host.Snapshot.IsForStop)
        {
            command.Refuse();
            return;
        }

        switch (command.What)
        {
            case FleetCommand.Drain drain:
                log.Commanded(drain.Word, All, $", grace {DurationText.Of(drain.Grace)}", command.By);
                host.Begin(drain.Grace);
                if (host.IsHeld || !command.Wait) Answer(command);
                else _leaving.Add(command);
                break;
            case FleetCommand.Undrain undrain:
                log.Commanded(undrain.Word, All, "", command.By);
                commands.Answer(command, (host.End(), ends.Running));
                AnswerLeaving();
                break;
            default:
                throw new InvalidOperationException($"no such command for the host: {command.What}");
        }
    }

    /// <summary>Must be called when the phase of the drain has changed.</summary>
    public void Changed()
    {
        if (host.IsHeld) AnswerLeaving();
    }

    /// <summary>Answers a command whose client waits no longer.</summary>
    public void Expire(Task answer)
    {
        if (_leaving.Find(command => command.Done.Task == answer) is not { } expired) return;
        _leaving.Remove(expired);
        expired.Done.TrySetResult(new CommandResult([], TimedOut: true, []));
    }

    /// <summary>Cancels all commands that wait.</summary>
    public void Cancel()
    {
        foreach (var command in _leaving) command.Refuse();
        _leaving.Clear();
    }

    /// <summary>Answers that all commands go on in another program.</summary>
    public void HandOver()
    {
        foreach (var command in _leaving) command.Done.TrySetException(new TakenOverException());
        _leaving.Clear();
    }

    private void AnswerLeaving()
    {
        foreach (var command in _leaving) Answer(command);
        _leaving.Clear();
    }

    /// <summary>Without a drain, another client has taken the host back: there is no worker to wait for.</summary>
    private void Answer(FleetMessage.Command command) =>
        commands.Answer(command, (host.IsHeld ? fleet.HeldBack : [], ends.Stopped));
}
