using System.Text;
using CsCheck;
using Microsoft.Win32.SafeHandles;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Runtime.Handover;
using Reuseportd.Slots;

namespace Decisions.Tests.Runtime;

/// <summary>The file of the state, whose writer was killed at any moment, or which is damaged.</summary>
public sealed class StateFileTests
{
    /// <summary>Where the bytes of the header are told from each other, and the records begin.</summary>
    private const int HeaderWords = 16, FirstRecord = 4096;

    private static readonly Gen<(int At, int Kind, int Count)[]> Damages =
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 5], Gen.Int[0, 255]).Array[1, 3];

    [Fact]
    public void TryJoin_FileCutWithinAnExchange_IsTheFormerOrTheLaterState()
    {
        var (former, later) = Exchange();
        using var log = Make();
        Assert.True(log.TryWrite(Changes(former)));
        var start = Length(log);
        Assert.True(log.TryWrite(Changes(later, former)));
        var end = Length(log);
        Assert.Equal(TextOf(later), TextOf(Join(log)));

        for (var length = end - 1; length >= start; length--)
        {
            Cut(log, length);
            Assert.Equal(TextOf(former), TextOf(Join(log)));
        }
    }

    /// <summary>The loop's batch and lines of workers. The thread of the output writes at any time.</summary>
    [Fact]
    public void TryJoin_LineBetweenTwoExchanges_ThePartsOfEachStayTogether()
    {
        var (former, later) = Exchange();
        using var log = Make();
        Assert.True(log.TryWrite(Changes(former)));
        Assert.True(log.TryWrite(Changes(later, former)));
        var second = Length(log);
        Assert.True(log.TryWrite((StateRecords.KeyOf(99, isStderr: false), Encoding.UTF8.GetBytes("{}"))));
        var third = Length(log);
        Assert.True(log.TryWrite(Changes(former, later)));
        for (var length = Length(log) - 1; length >= second; length--)
        {
            Cut(log, length);
            Assert.Equal(TextOf(later), TextOf(Join(log)));
            Assert.Equal(length >= third, Read(log).ContainsKey(StateRecords.KeyOf(99, isStderr: false)));
        }
    }

    /// <summary>An earlier version has written each record alone. One process may be lost, but never all.</summary>
    [Fact]
    public void TryJoin_FileOfAnEarlierVersionCutWithinAnExchange_KeepsTheWorkersOwnSlots()
    {
        var (former, later) = Exchange();
        using var log = Make();
        Assert.True(log.TryWrite(Changes(former)));
        var start = Length(log);
        Assert.True(log.TryWrite(Changes(later, former)));
        MakeEarlier(log);
        var lost = new HashSet<int>();
        Assert.Equal(TextOf(later), TextOf(Join(log)));
        for (var length = Length(log) - 1; length >= start; length--)
        {
            Cut(log, length);
            var joined = Join(log);
            lost.Add(joined.Lost);
            Assert.Contains(TextOf(Own(joined)), new[] { TextOf(Own(former)), TextOf(Own(later)) });
        }

        Assert.Equal([0, 1], lost.Order());
    }

    /// <summary>A daemon of an earlier version reads the file as one of its own.</summary>
    [Fact]
    public void TryRead_AsAnEarlierVersion_IsTheSame() => HandoverTests.Daemons.Sample(
        state =>
        {
            using var log = Make();
            Assert.True(log.TryWrite(Changes(state)));
            var text = TextOf(Join(log));
            MakeEarlier(log);
            Assert.Equal(text, TextOf(Join(log)));
        },
        iter: Iterations.Times(100));

    /// <summary>Changed bits, cuts, and pieces that are missing, repeated, or filled with zeros, in the header too.</summary>
    [Fact]
    public void TryRead_DamagedFile_IsRefusedWithAReason() => Gen.Select(HandoverTests.Daemons, Damages.Array[6]).Sample(
        (state, cases) =>
        {
            var sound = BytesOf(state);
            foreach (var damages in cases)
            {
                var bytes = damages.Aggregate(sound, (one, damage) => Damage(one, damage.At, damage.Kind, damage.Count));
                using var log = Make();
                Cut(log, 0);
                Write(log, bytes, 0);
                var records = RecordLog.TryRead(log.Descriptor, out var problem);
                Assert.Equal(records is null, problem is { Length: > 0 });
                if (records is null) continue;
                HandoverTests.IsWholeOrRefused(StateRecords.TryJoin(records, out problem), problem);
            }
        },
        iter: Iterations.Times(400));

    /// <summary>A worker whose replacement is ready, and the same one after the exchange.</summary>
    private static (SavedDaemon Former, SavedDaemon Later) Exchange()
    {
        var former = HandoverTests.Daemon([HandoverTests.Ready, HandoverTests.Ready], "web", 0);
        var workers = former.Services[0].Workers;
        var replacement = workers[1] with { Index = 0, IsReplacement = true, Kept = null };
        SavedWorker[] before = [workers[0], replacement];
        SavedWorker[] after =
        [
            workers[0] with { Process = replacement.Process }, replacement with { Process = workers[0].Process },
        ];
        return (With(before), With(after));

        SavedDaemon With(SavedWorker[] changed) => former with
        {
            LastToken = 2 + (1 << 20), Services = [former.Services[0] with { Workers = changed }],
        };
    }

    private static SavedDaemon Own(SavedDaemon state) => state with
    {
        Services = [state.Services[0] with { Workers = [.. state.Services[0].Workers.Where(worker => !worker.IsReplacement)] }],
    };

    /// <summary>The records that differ.</summary>
    private static (string Key, byte[] Record)[] Changes(SavedDaemon state, SavedDaemon? before = null)
    {
        var former = before is null ? [] : RecordsOf(before);
        return
        [
            .. RecordsOf(state).Where(one => !former.TryGetValue(one.Key, out var record) || !record.SequenceEqual(one.Value))
                .Select(one => (one.Key, one.Value)),
        ];
    }

    private static Dictionary<string, byte[]> RecordsOf(SavedDaemon state)
    {
        var records = HandoverTests.RecordsOf(state);
        if (state.Services[0].Workers is not [{ Process: not null }, { IsReplacement: true } second]) return records;
        records[StateRecords.KeyOf("web", "0")] = StateRecords.Write(state.Services[0].Workers[0]);
        records[StateRecords.KeyOf("web", "+1")] = StateRecords.Write(second);
        return records;
    }

    /// <summary>A file with several batches, and its newest value of each key.</summary>
    private static byte[] BytesOf(SavedDaemon state)
    {
        using var log = Make();
        foreach (var change in Changes(state).Chunk(2)) Assert.True(log.TryWrite(change));
        Assert.True(log.TryWrite(Changes(state)));
        var bytes = new byte[Length(log)];
        using var file = FileOf(log);
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, 0));
        return bytes;
    }

    private static byte[] Damage(byte[] bytes, int at, int kind, int count)
    {
        at = at % 5 == 0 || bytes.Length <= FirstRecord
            ? at / 5 % Math.Max(1, Math.Min(HeaderWords, bytes.Length))
            : FirstRecord + at / 5 % (bytes.Length - FirstRecord);
        var end = Math.Min(bytes.Length, at + count);
        var changed = bytes.ToArray();
        switch (kind)
        {
            case 0:
                if (at < bytes.Length) changed[at] ^= (byte)(1 << (count % 8));
                return changed;
            case 1:
                return bytes[..at];
            case 2:
                return [.. bytes[..at], .. bytes[end..]];
            case 3:
                return [.. bytes[..end], .. bytes[at..]];
            case 4:
                changed.AsSpan(at, end - at).Clear();
                return changed;
            default:
                if (at < bytes.Length) changed[at] = (byte)count;
                return changed;
        }
    }

    /// <summary>As an earlier version writes it: nothing follows the offset of the first record.</summary>
    private static void MakeEarlier(RecordLog log) => Write(log, new byte[sizeof(long)], sizeof(long));

    private static SavedDaemon Join(RecordLog log)
    {
        var joined = StateRecords.TryJoin(Read(log), out var problem);
        Assert.True(problem is null, problem);
        return joined!;
    }

    private static IReadOnlyDictionary<string, byte[]> Read(RecordLog log)
    {
        var records = RecordLog.TryRead(log.Descriptor, out var problem);
        Assert.True(problem is null, problem);
        return records!;
    }

    private static string TextOf(SavedDaemon state) => Encoding.UTF8.GetString(HandoverText.Write(state));

    private static RecordLog Make() => Assert.IsType<RecordLog>(RecordLog.TryMake(out _));

    private static long Length(RecordLog log)
    {
        using var file = FileOf(log);
        return RandomAccess.GetLength(file);
    }

    private static void Cut(RecordLog log, long length)
    {
        using var file = FileOf(log);
        RandomAccess.SetLength(file, length);
    }

    private static void Write(RecordLog log, byte[] bytes, long offset)
    {
        using var file = FileOf(log);
        RandomAccess.Write(file, bytes, offset);
    }

    private static SafeFileHandle FileOf(RecordLog log) => new(log.Descriptor.Number, ownsHandle: false);
}
