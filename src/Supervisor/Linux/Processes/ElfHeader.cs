using System.Buffers.Binary;
using System.Text;

namespace Reuseportd.Linux.Processes;

/// <summary>The fields of an ELF file (elf(5)) that the dynamic loader depends on.</summary>
/// <param name="Is64">True if the file's class is 64 bit.</param>
/// <param name="Machine">Number of the architecture (<c>EM_</c>).</param>
/// <param name="Interpreter">
/// Path of the program's dynamic loader; null for static programs and libraries.
/// </param>
internal sealed record ElfHeader(bool Is64, int Machine, string? Interpreter)
{
    private const int ProgramInterpreter = 3;
    private const int ProgramNote = 4;

    /// <summary>
    /// True if Go's linker made the program, by the note with its build id. Such a program makes system calls without libc.
    /// </summary>
    public bool IsGo { get; init; }

    /// <summary>
    /// Bytes from the start of a file that contain the header, the program headers and the loader's path, as linkers arrange
    /// them.
    /// </summary>
    public const int Window = 64 * 1024;

    /// <summary>True if both files can be loaded into one process.</summary>
    public bool Fits(ElfHeader other) => Is64 == other.Is64 && Machine == other.Machine;

    /// <summary>Null if the bytes are not an ELF file, or if an offset is out of range.</summary>
    public static ElfHeader? TryParse(ReadOnlySpan<byte> file)
    {
        if (file.Length < 64 || !file.StartsWith("\x7f"u8) || !file[1..].StartsWith("ELF"u8)) return null;
        var is64 = file[4] == 2;
        var reader = new Reader(file[5] == 2, is64);
        var table = reader.Word(file, is64 ? 32 : 28);
        var size = reader.Half(file, is64 ? 54 : 42);
        var count = reader.Half(file, is64 ? 56 : 44);
        string? interpreter = null;
        var isGo = false;
        for (var i = 0; i < count; i++)
        {
            var at = table + (ulong)(i * size);
            if (size < (is64 ? 56 : 32) || at + (ulong)size > (ulong)file.Length) return null;
            var header = file.Slice((int)at, size);
            if (reader.Number(header, 0) == ProgramInterpreter) interpreter = reader.Text(file, header);
            isGo |= reader.Number(header, 0) == ProgramNote
                && reader.Segment(file, header) is [_, _, _, _, _, _, _, _, _, _, _, _, (byte)'G', (byte)'o', 0, ..];
        }

        return new ElfHeader(is64, reader.Half(file, 18), interpreter) { IsGo = isGo };
    }

    private readonly struct Reader(bool bigEndian, bool is64)
    {
        public int Half(ReadOnlySpan<byte> at, int offset) => bigEndian
            ? BinaryPrimitives.ReadUInt16BigEndian(at[offset..])
            : BinaryPrimitives.ReadUInt16LittleEndian(at[offset..]);

        public uint Number(ReadOnlySpan<byte> at, int offset) => bigEndian
            ? BinaryPrimitives.ReadUInt32BigEndian(at[offset..])
            : BinaryPrimitives.ReadUInt32LittleEndian(at[offset..]);

        /// <summary>An address or offset; its width depends on the class.</summary>
        public ulong Word(ReadOnlySpan<byte> at, int offset)
        {
            if (!is64) return Number(at, offset);
            return bigEndian
                ? BinaryPrimitives.ReadUInt64BigEndian(at[offset..])
                : BinaryPrimitives.ReadUInt64LittleEndian(at[offset..]);
        }

        /// <summary>The string that a program header points to; empty if it is out of range.</summary>
        public string Text(ReadOnlySpan<byte> file, ReadOnlySpan<byte> header) =>
            Encoding.UTF8.GetString(Segment(file, header).TrimEnd((byte)0));

        /// <summary>The bytes that a program header points to; empty if they are out of range.</summary>
        public ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> file, ReadOnlySpan<byte> header)
        {
            var offset = Word(header, is64 ? 8 : 4);
            var length = Word(header, is64 ? 32 : 16);
            return offset >= (ulong)file.Length || length > (ulong)file.Length - offset
                ? []
                : file.Slice((int)offset, (int)length);
        }
    }
}
