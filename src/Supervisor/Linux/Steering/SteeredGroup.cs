namespace Reuseportd.Linux.Steering;

/// <summary>
/// A group with its program, for a later daemon. The maps of the program tell the rest: the owner of each place, its socket, and
/// whether it gets new connections.
/// </summary>
/// <param name="Numbers">
/// See <see cref="SteeringProgram.Numbers"/>. While sockets move to a program with more places, the former program follows.
/// </param>
internal sealed record SteeredGroup(GroupKey Key, IReadOnlyList<int> Numbers)
{
    /// <summary>The program, and the former one if sockets move.</summary>
    public static bool IsCount(int numbers) => numbers is SteeringProgram.NumberCount or 2 * SteeringProgram.NumberCount;
}
