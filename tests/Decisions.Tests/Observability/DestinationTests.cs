using System.Text;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Text;

namespace Decisions.Tests.Observability;

public sealed class DestinationTests
{
    [Fact]
    public void After_PartOfABatch_HasTheRest()
    {
        var batch = Records.Of("one", "two", "three").Batch;
        Assert.Equal("one|two|three", Text(batch));
        Assert.Equal("two|three", Text(batch.After(3)));
        Assert.False(batch.After(3).IsTorn);
        var torn = batch.After(4);
        Assert.Equal("wo|three", Text(torn));
        Assert.True(torn.IsTorn);
        Assert.True(torn.After(1).IsTorn);
        Assert.False(torn.After(2).IsTorn);
        Assert.Equal(2, torn.LengthThrough(0));
        Assert.Equal(7, torn.LengthThrough(1));
        Assert.Equal(0, batch.After(11).Count);
    }

    [Fact]
    public void Write_StreamFailsWithinARecord_NextRecordStartsALine()
    {
        var stream = new Stream { Room = 5 };
        var destination = new StreamDestination(stream);
        var batch = Records.Of("one\n", "two\n").Batch;
        var first = destination.Write(batch);
        Assert.Equal(LogProgress.Took(5), first);
        Assert.Equal(LogProgress.Failed(Records.NoSpace), destination.Write(batch.After(5)));
        Assert.Equal(LogProgress.Failed(Records.NoSpace), destination.Write(Records.Of("lost\n").Batch));
        stream.Room = 100;
        Assert.Equal(LogProgress.Took(6), destination.Write(Records.Of("three\n").Batch));
        Assert.Equal("one\nt\nthree\n", stream.Text);
    }

    [Fact]
    public void Write_JournalTakesSomeRecords_LeavesTheRest()
    {
        var journal = new Journal { Most = 2 };
        Assert.Equal(LogProgress.Took(6), new JournalDestination(journal).Write(Records.Of("one", "two", "three").Batch));
        Assert.Equal(["one", "two"], journal.Sent);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(105)]
    public void Write_JournalRecordTooLong_IsASealedFile(int errno)
    {
        var journal = new Journal { Longest = 3, Refusal = new Errno(errno) };
        var destination = new JournalDestination(journal);
        Assert.Equal(LogProgress.Took(4), destination.Write(Records.Of("long", "two").Batch));
        Assert.Equal(["sealed long"], journal.Sent);
        journal.Sealing = new Errno(24);
        Assert.Equal(LogProgress.LostOne(4, new Errno(24)), destination.Write(Records.Of("long", "two").Batch));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(111)]
    public void Write_NoJournal_DropsTheBatch(int errno)
    {
        var journal = new Journal { Longest = 0, Refusal = new Errno(errno) };
        Assert.Equal(LogProgress.Failed(new Errno(errno)), new JournalDestination(journal).Write(Records.Of("one", "two").Batch));
        Assert.Empty(journal.Sent);
    }

    private static string Text(LogBatch batch)
    {
        var records = new List<string>();
        for (var index = 0; index < batch.Count; index++) records.Add(Encoding.UTF8.GetString(batch[index]));
        Assert.Equal(string.Concat(records), Encoding.UTF8.GetString(batch.Bytes));
        return string.Join('|', records);
    }

    private sealed class Stream : IStreamTransport
    {
        private readonly List<byte> _taken = [];

        public int Room { get; set; }

        public string Text => Encoding.UTF8.GetString([.. _taken]);

        public int Write(ReadOnlySpan<byte> bytes, out Errno error)
        {
            var count = Math.Min(Room, bytes.Length);
            error = count == 0 ? Records.NoSpace : Errno.None;
            _taken.AddRange(bytes[..count]);
            Room -= count;
            return count;
        }
    }

    private sealed class Journal : IJournalTransport
    {
        public int Most { get; init; } = int.MaxValue;

        public int Longest { get; init; } = int.MaxValue;

        public Errno Refusal { get; init; }

        public Errno Sealing { get; set; }

        public List<string> Sent { get; } = [];

        public int SendDatagrams(LogBatch batch, out Errno error)
        {
            var sent = 0;
            while (sent < batch.Count && sent < Most && batch[sent].Length <= Longest)
                Sent.Add(Encoding.UTF8.GetString(batch[sent++]));
            error = sent == 0 ? Refusal : Errno.None;
            return sent;
        }

        public Errno SendSealed(ReadOnlySpan<byte> record)
        {
            if (Sealing == Errno.None) Sent.Add("sealed " + Encoding.UTF8.GetString(record));
            return Sealing;
        }
    }
}
