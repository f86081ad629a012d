using System.Text;
using Reuseportd.Model;

namespace Linux.Tests.Harness;

/// <summary>Reads a worker's output by lines, waiting for them.</summary>
internal sealed class PipeText : IDisposable
{
    private readonly Pipe _pipe;
    private readonly Epoll _epoll = new();
    private readonly List<byte> _bytes = [];

    public PipeText(Pipe pipe)
    {
        _pipe = pipe;
        Assert.Equal(Errno.None, _epoll.Add(pipe, EpollEvents.Readable, 0));
    }

    /// <summary>The next line, or null at the end.</summary>
    public string? ReadLine()
    {
        int end;
        while ((end = _bytes.IndexOf((byte)'\n')) < 0)
            if (!More()) return null;
        var line = Encoding.UTF8.GetString([.. _bytes.Take(end)]);
        _bytes.RemoveRange(0, end + 1);
        return line;
    }

    public byte[] ReadToEnd()
    {
        while (More()) { }
        return [.. _bytes];
    }

    public string ReadAllText() => Encoding.UTF8.GetString(ReadToEnd());

    public void Dispose()
    {
        _epoll.Dispose();
        _pipe.Dispose();
    }

    private bool More()
    {
        Span<byte> buffer = stackalloc byte[64 * 1024];
        while (true)
        {
            var result = _pipe.Read(buffer);
            if (result.Ended) return false;
            if (result.Errno == Errno.None)
            {
                _bytes.AddRange(buffer[..result.Count]);
                return true;
            }

            Assert.Equal(Errno.Again, result.Errno);
            Assert.False(_epoll.Wait(Deadline.Patience).IsEmpty, "no output in time");
        }
    }
}
