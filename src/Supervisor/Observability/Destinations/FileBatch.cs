namespace Reuseportd.Observability.Destinations;

/// <summary>Output that waits to be written to several files, in order of arrival. It has one owner at a time.</summary>
internal sealed class FileBatch
{
    private const int FirstBytes = 4 * 1024;

    private readonly List<Block> _blocks = [];
    private byte[] _bytes = [];

    /// <param name="File">The file to write to.</param>
    /// <param name="End">Offset after the block's last byte.</param>
    /// <param name="Closed">For the last block of a file: called after the file is closed.</param>
    internal readonly record struct Block(LineFile File, int End, Action? Closed);

    public int Length { get; private set; }

    public int Capacity => _bytes.Length;

    public IReadOnlyList<Block> Blocks => _blocks;

    /// <summary>The bytes of a block.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan((index == 0 ? 0 : _blocks[index - 1].End).._blocks[index].End);

    public void Write(LineFile file, ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length)
        {
            // Not zeroed: pages that are never written take no memory.
            var larger =
                GC.AllocateUninitializedArray<byte>(Math.Max(Math.Max(FirstBytes, _bytes.Length * 2), Length + bytes.Length));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            _bytes = larger;
        }

        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
        // Consecutive output for one file becomes one block, and one write.
        if (_blocks.Count > 0 && _blocks[^1].File == file && _blocks[^1].Closed is null)
            _blocks[^1] = new Block(file, Length, null);
        else _blocks.Add(new Block(file, Length, null));
    }

    public void Close(LineFile file, Action closed) => _blocks.Add(new Block(file, Length, closed));

    public void Clear()
    {
        _blocks.Clear();
        Length = 0;
    }
}
