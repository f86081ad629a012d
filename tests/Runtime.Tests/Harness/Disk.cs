using Microsoft.Win32.SafeHandles;
using Reuseportd.Linux.Files;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;

namespace Runtime.Tests.Harness;

/// <summary>
/// A file on a disk that can be full. Writes then go to <c>/dev/full</c> (full(4)), and the kernel refuses them.
/// </summary>
internal sealed class Disk : IStreamTransport, IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle _full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
    private volatile bool _isFull;
    private int _refused;

    public Disk() => _file = File.OpenHandle(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    /// <summary>Number of failed writes.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public int Write(ReadOnlySpan<byte> bytes, out Errno error)
    {
        error = OutputFile.WriteSome((int)(IsFull ? _full : _file).DangerousGetHandle(), bytes, out var count);
        if (error != Errno.None) Interlocked.Increment(ref _refused);
        return count;
    }

    /// <summary>The complete lines of the file.</summary>
    public string[] Lines()
    {
        using var reader = new StreamReader(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        _file.Dispose();
        _full.Dispose();
        File.Delete(_path);
    }
}
