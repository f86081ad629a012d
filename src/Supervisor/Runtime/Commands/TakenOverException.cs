namespace Reuseportd.Runtime.Commands;

/// <summary>
/// The daemon no longer waits for the end of a command, as another program takes over. The command is part of the state and goes
/// on there.
/// </summary>
internal sealed class TakenOverException()
    : OperationCanceledException("another program takes over the workers, and the command goes on there");
