using System.Runtime.InteropServices;
using System.Text;

namespace Reuseportd.Linux.Interop;

/// <summary>
/// A block of native memory for everything that one call points to; the next call reuses it. The block does not move while it is
/// filled, so its size is computed first.
/// </summary>
internal sealed unsafe class NativeArena : IDisposable
{
    private const int Alignment = 8;
    private byte* _start;
    private nuint _capacity;
    private nuint _used;

    /// <summary>An upper bound for one string: UTF-8 has at most three bytes for each UTF-16 unit.</summary>
    public static nuint BoundOf(string? text) => text is null ? 0 : (nuint)text.Length * 3 + 1;

    /// <summary>An upper bound for one array.</summary>
    public static nuint BoundOf<T>(int count)
        where T : unmanaged => (nuint)(count * sizeof(T)) + Alignment;

    /// <summary>Empties the block. Earlier pointers become invalid.</summary>
    public void Reset(nuint bound)
    {
        _used = 0;
        if (bound <= _capacity) return;
        _capacity = bound + bound / 2;
        NativeMemory.Free(_start);
        _start = null;
        _start = (byte*)NativeMemory.Alloc(_capacity);
    }

    /// <summary>A zeroed array; null for a count of 0.</summary>
    public T* Array<T>(int count)
        where T : unmanaged
    {
        if (count == 0) return null;
        _used = (_used + Alignment - 1) & ~(nuint)(Alignment - 1);
        var at = (T*)Allocate((nuint)(count * sizeof(T)));
        new Span<T>(at, count).Clear();
        return at;
    }

    /// <summary>The text in UTF-8, with a final NUL.</summary>
    public byte* String(string text)
    {
        var at = _start + _used;
        var length = Encoding.UTF8.GetBytes(text, new Span<byte>(at, (int)(_capacity - _used)));
        Allocate((nuint)length + 1);
        at[length] = 0;
        return at;
    }

    public void Dispose()
    {
        NativeMemory.Free(_start);
        _start = null;
        _capacity = 0;
    }

    private byte* Allocate(nuint size)
    {
        if (size > _capacity - _used) throw new InvalidOperationException("the arena's bound was too small");
        var at = _start + _used;
        _used += size;
        return at;
    }
}
