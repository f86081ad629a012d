using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Lines;
using System.Text;

namespace Decisions.Tests.Observability;

public sealed class FileQueueTests : IDisposable
{
    private const int Capacity = 8 * 1024;

    private readonly ManualTime _time = new();
    private readonly CollectedLog _log = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly TestFile _disk = new();
    private readonly FileQueue _queue;
    private readonly LineFile _file;

    public FileQueueTests()
    {
        _queue = new FileQueue(_log.Logger, _time, () => _changed.Release(), new LostLines(), Capacity);
        _file = new LineFile("/var/log/web.log", _disk, _queue);
    }

    public void Dispose()
    {
        _disk.Release();
        _queue.Stop(Deadlines.Patience);
        _queue.Dispose();
        _changed.Dispose();
        _disk.Dispose();
        _log.Dispose();
        _time.Dispose();
    }

    [Fact]
    public void Append_Lines_AreWrittenUnchanged()
    {
        Append(this, "one\ntwo\n");
        Append(this, "\0\n");

        Assert.Equal("one\ntwo\n\0\n", Written());
    }

    /// <summary>Pieces of one line stay together. If another worker writes between them, its text starts a line.</summary>
    [Theory]
    [InlineData("AA", "half+half\n")]
    [InlineData("AB", "half\n+half\n")]
    [InlineData("ABA", "half\n+half\n!\n")]
    public void Append_PiecesOfOneWorker_AreOneLine(string owners, string expected)
    {
        string[] pieces = ["half", "+half\n", "!\n"];
        var known = owners.Distinct().ToDictionary(name => name, _ => new object());
        for (var index = 0; index < owners.Length; index++) Append(known[owners[index]], pieces[index]);

        Assert.Equal(expected, Written());
    }

    /// <summary>An earlier daemon was killed while it wrote, or has left a line to its successor.</summary>
    [Theory]
    [InlineData(false, "\n+half\nnext\n")]
    [InlineData(true, "+half\nnext\n")]
    public void Append_FileEndsWithinALine_OnlyItsRestContinuesIt(bool continues, string expected)
    {
        _file.ContinueFormer();
        _queue.Append(_file, this, "+half\n"u8, continues);
        Append(this, "next\n");

        Assert.Equal(expected, Written());
    }

    /// <summary>The disk was full for the earlier daemon, and still is for this one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Append_FileEndsWithinALineOnAFullDisk_LaterLinesAreWhole(bool continues)
    {
        _file.ContinueFormer();
        _disk.Room = 0;
        _queue.Append(_file, this, "lost\n"u8, continues);
        _disk.AwaitError();
        _disk.Room = 100;
        Append(this, "next\n");
        Close();

        Assert.Equal("\nnext\n", Written());
        Assert.Equal(1, _log.Events()[^1].GetProperty("REUSEPORT_COUNT").GetInt32());
    }

    [Fact]
    public void WrittenOf_DiskHangs_CountsWhatIsWritten()
    {
        _disk.Hold();
        Append(this, "one\n");
        Append(this, "two\n");

        Assert.Equal((2, 0), (_queue.Appended, _queue.WrittenOf(2)));
        _disk.Release();
        Assert.True(_changed.Wait(Deadlines.Patience));
        while (_queue.WrittenOf(2) < 2) Assert.True(_changed.Wait(Deadlines.Patience));
        Assert.Equal(2, _queue.WrittenOf(2));
    }

    [Fact]
    public void HasRoom_DiskHangs_IsSignalledWhenItRecovers()
    {
        _disk.Hold();
        Append(this, "first\n");
        _disk.AwaitWrite();
        Append(this, new string('x', 3000) + "\n");

        Assert.False(_queue.HasRoom(2000));
        _disk.Release();
        Assert.True(_changed.Wait(Deadlines.Patience));
        Assert.True(_queue.HasRoom(2000));
    }

    [Fact]
    public void Append_NoRoom_DropsAndCountsWithoutAWait()
    {
        _disk.Hold();
        Append(this, "first\n");
        _disk.AwaitWrite();
        Append(this, new string('x', 4000) + "\n");
        _queue.GiveUp(_queue.Progress);
        Assert.True(_queue.IsStuck);
        Append(this, "a\nb\n" + new string('c', 200) + "\n");
        _disk.Release();
        Close();

        Assert.False(_queue.IsStuck);
        Assert.DoesNotContain("c", Written(), StringComparison.Ordinal);
        var events = _log.Events();
        Assert.Equal(
            ["file_failed", "file_lost"], events.Select(happened => happened.GetProperty("REUSEPORT_EVENT").GetString()));
        Assert.Equal(3, events[1].GetProperty("REUSEPORT_COUNT").GetInt32());
    }

    /// <summary>A line that the full disk cut gets a newline before the next line.</summary>
    [Fact]
    public void Write_DiskFillsUp_CutsOneLineOnly()
    {
        _disk.Room = 6;
        Append(this, "one\ntwo\nthree\n");
        _disk.AwaitError();
        _disk.Room = 100;
        Append(this, "four\n");
        Close();

        Assert.Equal("one\ntw\nfour\n", Written());
        var lost = _log.Events()[^1];
        Assert.Equal((2, 28), (lost.GetProperty("REUSEPORT_COUNT").GetInt32(), lost.GetProperty("ERRNO").GetInt32()));
    }

    /// <summary>The daemon is replaced while the disk is full.</summary>
    [Fact]
    public void Stop_DiskIsFull_ReportsTheLoss()
    {
        _disk.Room = 0;
        Append(this, "one\ntwo\n");

        Assert.Equal("", Written());
        var lost = _log.Events()[^1];
        Assert.Equal((2, 28), (lost.GetProperty("REUSEPORT_COUNT").GetInt32(), lost.GetProperty("ERRNO").GetInt32()));
    }

    [Fact]
    public void Close_LinesBeforeIt_AreWrittenFirst()
    {
        Append(this, "last\n");
        Close();

        Assert.Equal("last\n", _disk.Text);
        Assert.True(_disk.IsClosed);
    }

    [Fact]
    public void Close_AfterEnd_Closes()
    {
        Assert.True(_queue.Stop(Deadlines.Patience));
        Close();

        Assert.True(_disk.IsClosed);
    }

    private void Append(object owner, string text) => _queue.Append(_file, owner, Encoding.UTF8.GetBytes(text));

    private void Close()
    {
        using var closed = new ManualResetEventSlim();
        _queue.Close(_file, closed.Set);
        Assert.True(closed.Wait(Deadlines.Patience), "it was not closed");
    }

    private string Written()
    {
        Assert.True(_queue.Stop(Deadlines.Patience));
        return _disk.Text;
    }

    /// <summary>A file with so much room, on a disk that blocks writes while the test holds it.</summary>
    private sealed class TestFile : IFileTransport
    {
        private readonly ManualResetEventSlim _open = new(initialState: true);
        private readonly SemaphoreSlim _entered = new(0);
        private readonly SemaphoreSlim _failed = new(0);
        private readonly StringBuilder _text = new();

        public volatile int Room = int.MaxValue;

        public bool IsClosed { get; private set; }

        public string Text
        {
            get
            {
                lock (_text) return _text.ToString();
            }
        }

        public void Hold() => _open.Reset();

        public void Release() => _open.Set();

        public void AwaitWrite() => Assert.True(_entered.Wait(Deadlines.Patience), "nothing was written");

        public void AwaitError() => Assert.True(_failed.Wait(Deadlines.Patience), "nothing failed");

        public int Write(ReadOnlySpan<byte> bytes, out Errno error)
        {
            _entered.Release();
            Assert.True(_open.Wait(Deadlines.Patience));
            var count = Math.Min(bytes.Length, Room);
            Room -= count;
            error = count == 0 ? Records.NoSpace : Errno.None;
            lock (_text) _text.Append(Encoding.UTF8.GetString(bytes[..count]));
            if (count == 0) _failed.Release();
            return count;
        }

        public void AwaitRoom(TimeSpan patience) => Assert.Fail("nothing is waited for but a reader");

        public void Dispose()
        {
            IsClosed = true;
            _open.Set();
        }
    }
}
