namespace Reuseportd.Binding;

/// <summary>One line of a worker's output, or a piece of one that was too long.</summary>
/// <param name="bytes">The bytes as they came, without the newline; valid until the next line is asked for.</param>
/// <param name="continues">It goes on from the piece before it.</param>
/// <param name="cut">The next piece goes on from it.</param>
/// <param name="ended">Its newline came.</param>
internal readonly ref struct Line(ReadOnlySpan<byte> bytes, bool continues = false, bool cut = false, bool ended = true)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public bool Continues { get; } = continues;

    public bool Cut { get; } = cut;

    public bool Ended { get; } = ended && !cut;
}
