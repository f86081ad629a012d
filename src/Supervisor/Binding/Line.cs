namespace Reuseportd.Binding;

/// <summary>A line of a worker's output, or a piece of a line that is longer than the limit.</summary>
/// <param name="bytes">The bytes without the newline; valid until the next line is taken.</param>
/// <param name="continues">The bytes continue the piece before.</param>
/// <param name="cut">The next piece continues these bytes.</param>
/// <param name="ended">The newline of the line was read.</param>
internal readonly ref struct Line(ReadOnlySpan<byte> bytes, bool continues = false, bool cut = false, bool ended = true)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public bool Continues { get; } = continues;

    public bool Cut { get; } = cut;

    public bool Ended { get; } = ended && !cut;
}
