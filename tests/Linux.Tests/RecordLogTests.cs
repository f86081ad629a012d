using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;

namespace Linux.Tests;

/// <summary>A real file in memory, read by its descriptor as a successor of the daemon does.</summary>
public sealed class RecordLogTests : IDisposable
{
    private readonly RecordLog _log = Assert.IsType<RecordLog>(RecordLog.TryMake(out _));

    public void Dispose() => _log.Dispose();

    [Fact]
    public void TryRead_Values_AreTheNewest()
    {
        Put("a", "1");
        Put("b", "2");
        Put("a", "3");
        _log.Remove("b");
        _log.Remove("never");
        Assert.True(_log.TryFlush());
        Assert.Equal([("a", "3")], Read());
    }

    [Fact]
    public void TryRead_NotFlushed_IsMissing()
    {
        Put("a", "1");
        Assert.True(_log.TryFlush());
        Put("b", "2");
        Assert.Equal([("a", "1")], Read());
    }

    /// <summary>The writer may be killed while it writes.</summary>
    [Fact]
    public void TryRead_UnfinishedRecord_IsIgnored()
    {
        Put("a", "1");
        Assert.True(_log.TryFlush());
        using var file = new Microsoft.Win32.SafeHandles.SafeFileHandle(_log.Descriptor.Number, ownsHandle: false);
        RandomAccess.Write(file, "a\t2"u8, RandomAccess.GetLength(file));
        Assert.Equal([("a", "1")], Read());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void TryRead_DamagedHeader_IsRefused(long start)
    {
        using var file = new Microsoft.Win32.SafeHandles.SafeFileHandle(_log.Descriptor.Number, ownsHandle: false);
        RandomAccess.Write(file, BitConverter.GetBytes(start), 0);
        Assert.Null(RecordLog.TryRead(_log.Descriptor, out var problem));
        Assert.NotNull(problem);
    }

    /// <summary>Superseded records are given back: the file takes a bounded multiple of its newest records.</summary>
    [Fact]
    public void TryFlush_ManyChanges_KeepsTheFileSmall()
    {
        var value = new string('x', 1000);
        for (var round = 0; round < 200; round++)
        {
            for (var key = 0; key < 100; key++) Put($"key {key}", value + round);
            Assert.True(_log.TryFlush());
        }

        Assert.Equal(100, Read().Length);
        Assert.All(Read(), one => Assert.Equal(value + 199, one.Value));
        Assert.InRange(Blocks() * 512, 0UL, 3UL << 20);
    }

    /// <summary>Changes of all sizes, some flushed together, against a dictionary.</summary>
    [Fact]
    public void TryRead_ManyChanges_IsTheModel()
    {
        var model = new Dictionary<string, string>();
        for (var change = 1; change < 4000; change++)
        {
            var (key, value) = ($"{change * 7 % 11}", new string('v', change * change % 2500));
            Put(key, value);
            if (value.Length == 0) model.Remove(key);
            else model[key] = value;
            if (change % 3 == 0) Assert.True(_log.TryFlush());
            if (change % 300 == 0)
                Assert.Equal(
                    model.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value)),
                    Read().OrderBy(one => one.Key, StringComparer.Ordinal));
        }
    }

    /// <summary>Of 512 bytes.</summary>
    private unsafe ulong Blocks()
    {
        Libc.FileStatus status;
        fixed (byte* empty = "\0"u8)
            Assert.Equal(0, Libc.Status(_log.Descriptor.Number, empty, Libc.AtEmptyPath, Libc.StatBasic, &status));
        return status.Blocks;
    }

    private void Put(string key, string value) => _log.Put(key, Encoding.UTF8.GetBytes(value));

    private (string Key, string Value)[] Read()
    {
        var read = RecordLog.TryRead(_log.Descriptor, out var problem);
        Assert.True(problem is null, problem);
        return [.. read!.Select(one => (one.Key, Encoding.UTF8.GetString(one.Value)))];
    }
}
