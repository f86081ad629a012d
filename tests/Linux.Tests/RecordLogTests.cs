using System.Text;
using Microsoft.Win32.SafeHandles;
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
        Assert.True(_log.TryWrite(Change("a", "3"), Change("b", ""), Change("never", "")));
        Assert.Equal([("a", "3")], Read());
    }

    /// <summary>The value of the last one counts.</summary>
    [Fact]
    public void TryWrite_KeySeveralTimes_HasTheLastValue()
    {
        Assert.True(_log.TryWrite(Change("a", "1"), Change("a", ""), Change("b", "2"), Change("a", "3"), Change("b", "")));
        Assert.Equal([("a", "3")], Read());
    }

    /// <summary>The writer may be killed while it writes.</summary>
    [Theory]
    [InlineData("a\t2")]
    [InlineData("a\t2\n")]
    [InlineData("a\t2\nb\t3\n")]
    [InlineData("a\t\n")]
    public void TryRead_UnfinishedBatch_IsIgnored(string rest)
    {
        Put("a", "1");
        using var file = new SafeFileHandle(_log.Descriptor.Number, ownsHandle: false);
        RandomAccess.Write(file, Encoding.UTF8.GetBytes(rest), RandomAccess.GetLength(file));
        Assert.Equal([("a", "1")], Read());
    }

    /// <summary>Each record counts, as nothing marks the end of a batch.</summary>
    [Fact]
    public void TryRead_FileOfAnEarlierVersion_HasAllWholeRecords()
    {
        using var file = new SafeFileHandle(_log.Descriptor.Number, ownsHandle: false);
        RandomAccess.SetLength(file, 0);
        RandomAccess.Write(file, BitConverter.GetBytes(4099L), 0);
        RandomAccess.Write(file, "x\ta\t1\nb\t2\na\t3\nb\t"u8, 4097);
        Assert.Equal([("a", "3"), ("b", "2")], Read().OrderBy(one => one.Key, StringComparer.Ordinal));
    }

    /// <summary>Two owners write batches of their own. The file is cut at each byte.</summary>
    [Fact]
    public async Task TryRead_CutFile_HasWholeBatches()
    {
        var own = Task.Run(() => WriteAll("c", "d"));
        WriteAll("a", "b");
        await own;
        using var file = new SafeFileHandle(_log.Descriptor.Number, ownsHandle: false);
        Assert.Equal(4, Read().Length);
        for (var length = RandomAccess.GetLength(file) - 1; length >= 4096; length--)
        {
            RandomAccess.SetLength(file, length);
            var values = Read().ToDictionary(one => one.Key, one => one.Value);
            foreach (var (first, second) in new[] { ("a", "b"), ("c", "d") })
                Assert.Equal(values.GetValueOrDefault(first), values.GetValueOrDefault(second));
        }

        void WriteAll(string first, string second)
        {
            for (var value = 1; value <= 40; value++)
                Assert.True(_log.TryWrite(Change(first, $"{value}"), Change(second, $"{value}")));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void TryRead_DamagedHeader_IsRefused(long start)
    {
        using var file = new SafeFileHandle(_log.Descriptor.Number, ownsHandle: false);
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
            Assert.True(_log.TryWrite([.. Enumerable.Range(0, 100).Select(key => Change($"key {key}", value + round))]));
        }

        Assert.Equal(100, Read().Length);
        Assert.All(Read(), one => Assert.Equal(value + 199, one.Value));
        Assert.InRange(Blocks() * 512, 0UL, 3UL << 20);
    }

    /// <summary>Changes of all sizes, several in each batch, against a dictionary.</summary>
    [Fact]
    public void TryRead_ManyChanges_IsTheModel()
    {
        var model = new Dictionary<string, string>();
        List<(string, byte[])> batch = [];
        for (var change = 1; change < 4000; change++)
        {
            var (key, value) = ($"{change * 7 % 11}", new string('v', change * change % 2500));
            batch.Add(Change(key, value));
            if (value.Length == 0) model.Remove(key);
            else model[key] = value;
            if (change % 3 != 0) continue;
            Assert.True(_log.TryWrite([.. batch]));
            batch.Clear();
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

    private void Put(string key, string value) => Assert.True(_log.TryWrite(Change(key, value)));

    private static (string Key, byte[] Value) Change(string key, string value) => (key, Encoding.UTF8.GetBytes(value));

    private (string Key, string Value)[] Read()
    {
        var read = RecordLog.TryRead(_log.Descriptor, out var problem);
        Assert.True(problem is null, problem);
        return [.. read!.Select(one => (one.Key, Encoding.UTF8.GetString(one.Value)))];
    }
}
