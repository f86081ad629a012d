using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Formats;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Runtime.Tests.Harness;
using Serilog;

namespace Runtime.Tests;

/// <summary>
/// Output stays in the worker's pipe until it is written, so the next daemon can read what a killed one has not written.
/// </summary>
public sealed class UnwrittenOutputTests : IDisposable
{
    private const int SetFlags = 4; // F_SETFL

    private readonly Descriptor _write;
    private Pipe _read;
    private Reader _reader;

    public unsafe UnwrittenOutputTests()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Libc.Pipe(ends, Libc.OpenCloseOnExec));
        (_read, _write) = (new Pipe(ends[0]), new Descriptor(ends[1]));
        _reader = new Reader(_read);
    }

    public void Dispose()
    {
        _write.Dispose();
        _reader.Dispose();
    }

    [Fact]
    public void Lines_DestinationHasNotTakenThem_AreLeftInThePipe()
    {
        _reader.Hold();
        Write("one\ntwo\n");
        _reader.AwaitWrite();
        Assert.Equal(8, _read.Waiting);
        Write("three\n");
        _reader.Release();
        _reader.Lines.Take("web@0", "three");
        Deadline.Until(() => _read.Waiting == 0, "all bytes are taken");
        Assert.Equal(3, _reader.Lines.Count);
    }

    [Fact]
    public void Lines_ReaderHasDied_NextReaderHasThem()
    {
        _reader.Hold();
        Write("one\ntwo\nthr");
        _reader.AwaitWrite();
        using var next = new Reader(new Pipe(Duplicate()));
        Write("ee\nfour\n");
        foreach (var line in (string[])["one", "two", "three", "four"]) next.Lines.Take("web@0", line);
        Deadline.Until(() => _read.Waiting == 0, "all bytes are taken");
        Assert.Equal(4, next.Lines.Count);
    }

    /// <summary>The second line comes while the first one is written, and no event follows it.</summary>
    [Fact]
    public void Lines_OfTwoBatches_AreTaken()
    {
        _reader.Hold();
        Write("one\n");
        _reader.AwaitWrite();
        Write("two\n");
        Deadline.Until(() => _reader.Appended == 2, "both lines are in the queue");
        _reader.Release();
        Deadline.Until(() => _read.Waiting == 0, "all bytes are taken");
    }

    /// <summary>It is out of the pipe: a program that writes more than fits must not wait for the end of a line.</summary>
    [Fact]
    public void Line_IsUnfinished_IsKept()
    {
        Write("one\npart");
        Deadline.Until(() => _read.Waiting == 0, "all bytes are taken");
        Assert.Equal("part", _reader.Kept);
        Write("ial\n");
        _reader.Lines.Take("web@0", "partial");
        Deadline.Until(() => _reader.Kept.Length == 0, "no line is unfinished");
    }

    [Fact]
    public void Line_IsLong_IsNotKept()
    {
        Write(new string('x', 8192));
        Deadline.Until(() => _reader.Kept.Length == 8192, "the line is kept");
        Write("x");
        Deadline.Until(() => _reader.Kept.Length == 0, "the line is not kept");
    }

    /// <summary>In a hand-over, a line can be longer than those that are kept at each read.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(9_000)]
    public void Line_OfAnEarlierReader_IsContinued(int length)
    {
        _reader.Hold();
        Write("end\n");
        _reader.AwaitWrite();
        var held = new string('x', length);
        using var next = new Reader(new Pipe(Duplicate()), held);
        next.Lines.Take("web@0", held + "end");
        Deadline.Until(() => next.IsForgotten, "no line is unfinished");
    }

    /// <summary>A daemon that follows would know nothing of the part of the third line.</summary>
    [Fact]
    public void Line_KeepingHasNotBegun_IsLeftInThePipe()
    {
        var begun = new TaskCompletionSource();
        ReadAnew(begun.Task);
        Write("one\ntwo\npart");
        Deadline.Until(() => _reader.Written == 2, "both lines are written");
        PassTurns();
        Assert.Equal(12, _read.Waiting);
        Assert.Equal("", _reader.Kept);
        begun.SetResult();
        Deadline.Until(() => _read.Waiting == 0, "all bytes are taken");
        Assert.Equal("part", _reader.Kept);
    }

    [Fact]
    public void Line_KeepingDoesNotBegin_WorkerIsNotBlocked()
    {
        ReadAnew(new TaskCompletionSource().Task);
        Write("one\n");
        Deadline.Until(() => _reader.Written == 1, "the line is written");
        PassTurns();
        Assert.Equal(4, _read.Waiting);
        _reader.Time.Advance(UnwrittenOutput.LongestWait);
        PassTurns();
        Deadline.Until(() => _read.Waiting == 0, "all bytes are taken");
    }

    /// <summary>The writer's call does not end before all is read. It gives no event while the pipe is not empty.</summary>
    [Fact]
    public void Lines_OfALargeWrite_AreRead()
    {
        var lines = string.Concat(Enumerable.Range(0, 100_000).Select(number => $"{number}\n"));
        Deadline.Await(Task.Run(() => Write(lines)), "the lines are in the pipe");
        Deadline.Until(() => _reader.Lines.Count == 100_000, "all lines are written");
    }

    /// <summary>In this mode the kernel discards what a read(2) leaves of a page.</summary>
    [Fact]
    public void Lines_EachWriteIsAPacket_AreWhole()
    {
        WriteInPages();
        Write("one\ntw");
        Deadline.Until(() => _read.Waiting == 0, "the packet is gone");
        Write("o\nthree\n");
        foreach (var line in (string[])["one", "two", "three"]) _reader.Lines.Take("web@0", line);
    }

    [Fact]
    public void Lines_FilterForbidsTee_AreReadAndReportedOnce()
    {
        var errno = new TaskCompletionSource<int>();
        _reader.Output.Do(() => errno.SetResult(ForbidTee()));
        Assert.Equal(0, Deadline.Await(errno.Task, "the filter of the loop's thread"));
        _reader.Hold();
        foreach (var line in (string[])["one\n", "two\n"])
        {
            Write(line);
            Deadline.Until(() => _read.Waiting == 0, "the line is read");
        }

        _reader.Release();
        foreach (var line in (string[])["one", "two"]) _reader.Lines.Take("web@0", line);
        Assert.Equal(1, _reader.Events.Take("output_not_kept").Number("ERRNO"));
        Assert.Single(_reader.Events.All("output_not_kept"));
    }

    [Fact]
    public void Destination_Hangs_WorkerIsNotBlocked()
    {
        _reader.Hold();
        var lines = string.Concat(Enumerable.Repeat("a line of forty bytes, or a few of them\n", 10_000));
        var written = Task.Run(() => Write(lines));
        Deadline.Until(
            () =>
            {
                _reader.Time.Advance(UnwrittenOutput.LongestWait);
                return written.IsCompleted;
            },
            "the worker has written");
    }

    /// <summary>The pipe has more pages than the reader can see at once.</summary>
    [Fact]
    public void Lines_OfALargePipe_EachIsWrittenOnceInOrder()
    {
        const int count = 40_000, setPipeSize = 1031; // F_SETPIPE_SZ
        Assert.True(Libc.FileControl(_write, setPipeSize, 1 << 20) > 0);
        _reader.Hold();
        var numbers = Enumerable.Range(0, count).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToArray();
        var written = Task.Run(() => Write(string.Join('\n', numbers) + "\n"));
        _reader.AwaitWrite();
        _reader.Release();
        Deadline.Await(written, "the lines are in the pipe");
        Deadline.Until(() => _reader.Lines.Count == count, "all lines are written");
        Deadline.Until(() => _read.Waiting == 0, "all bytes are taken");
        Assert.Equal(numbers, _reader.Lines.TakeAll());
    }

    /// <summary>Its later bytes are written first. They are behind the earlier ones in the pipe.</summary>
    [Fact]
    public void File_OnAnotherFileSystem_EarlierBytesAreLeftInThePipe()
    {
        using var log = new LoggerConfiguration().CreateLogger();
        using var former = new TestFile(log, Look);
        using var later = new TestFile(log, Look);
        using var formerQueue = former.File.Queue;
        using var laterQueue = later.File.Queue;
        var file = new WorkerFile(new FileKey("web.log", null), former.File);
        ReadAnew(file: file);
        former.Hold();
        Write("one\n");
        former.AwaitWrite();
        _reader.Output.Do(() => file.Replace(later.File, () => { }));
        PassTurns();
        Write("two\n");
        Deadline.Until(() => later.Written == 1, "the later line is written");
        PassTurns();
        Assert.Equal(8, _read.Waiting);
        former.Release();
        Deadline.Until(() => _read.Waiting == 0, "all bytes are taken");

        void Look() => _reader.Output.Do(() => { });
    }

    [Fact]
    public void Stream_Ends_ItsLastLineIsWritten()
    {
        _reader.Hold();
        Write("one\nlast");
        _reader.AwaitWrite();
        _write.Dispose();
        Deadline.Until(
            () => _reader.Mailbox.TryTake(out var message) && message is OutputMessage.StreamEnded, "the end is told at once");
        Assert.Equal(1, _reader.Output.StreamCount);
        _reader.Release();
        _reader.Lines.Take("web@0", "last");
        Deadline.Until(() => _reader.Output.StreamCount == 0, "the pipe is closed");
    }

    [Theory]
    [InlineData(false, "three", 0)]
    [InlineData(true, "", 13)]
    public void Pause_WaitsForTheLines(bool hangs, string held, int left)
    {
        if (hangs) _reader.Hold();
        Write("one\ntwo\nthree");
        if (hangs) _reader.AwaitWrite();
        else _reader.Lines.Take("web@0", "two");
        // On a busy machine, the longest wait for the destination could be over before the pause begins.
        if (hangs) _reader.Time.Advance(-TimeSpan.FromHours(1));
        using var paused = Deadline.Await(_reader.Output.PauseAsync(), "the loop is paused");
        Assert.Equal(held, Encoding.UTF8.GetString(paused.Streams.Single().Suspend().Bytes));
        Assert.Equal(left, _read.Waiting);
    }

    /// <summary>The clock goes back, so that the line stays young, and no other wait of the pause ends.</summary>
    [Fact]
    public void Pause_LineIsYoung_EndsWithItsWrite()
    {
        _reader.Hold();
        _reader.Time.EachCall = -TimeSpan.FromMinutes(1);
        Write("one\n");
        _reader.AwaitWrite();
        using var begun = new ManualResetEventSlim();
        _reader.Output.Do(begun.Set);
        var left = LeftAfterAsync(_reader.Output.PauseAsync());
        Assert.True(begun.Wait(Deadline.Patience), "the pause has not begun");
        _reader.Release();
        Assert.Equal(0, Deadline.Await(left, "the loop is paused"));

        async Task<int> LeftAfterAsync(Task<PausedOutput> pause)
        {
            using var paused = await pause;
            return _read.Waiting;
        }
    }

    /// <summary>Packet mode of pipe(2).</summary>
    private void WriteInPages()
    {
        var direct = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x10000 : 0x4000; // O_DIRECT
        Assert.Equal(0, Libc.FileControl(_write, SetFlags, direct));
    }

    /// <summary>Forbids tee(2) to the calling thread.</summary>
    /// <returns>The error; 0 for none.</returns>
    private static unsafe int ForbidTee()
    {
        const ushort load = 0x20, jumpIfEqual = 0x15, answer = 0x06;
        const uint permit = 0x7fff0000, refuse = 0x00050001; // SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
        var tee = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 77u : 276u;
        // Each has the form of struct sock_filter.
        Span<(ushort Code, byte IfTrue, byte IfFalse, uint Value)> steps =
            [(load, 0, 0, 0), (jumpIfEqual, 0, 1, tee), (answer, 0, 0, refuse), (answer, 0, 0, permit)];
        var program = stackalloc ulong[steps.Length];
        for (var index = 0; index < steps.Length; index++)
        {
            var (code, ifTrue, ifFalse, value) = steps[index];
            program[index] = code | (ulong)ifTrue << 16 | (ulong)ifFalse << 24 | (ulong)value << 32;
        }

        // struct sock_fprog
        var filter = stackalloc nint[] { steps.Length, (nint)program };
        return Libc.Seccomp(Libc.SeccompSetFilter, 0, filter) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Replaces the reader.</summary>
    /// <param name="begun">See <see cref="ILineStore.Begun"/>.</param>
    /// <param name="file">Where it writes to; null for the log.</param>
    private void ReadAnew(Task? begun = null, WorkerFile? file = null)
    {
        var pipe = new Pipe(Duplicate());
        _reader.Dispose();
        (_read, _reader) = (pipe, new Reader(pipe, begun: begun, file: file));
    }

    /// <summary>
    /// Lines are not young any more, and the loop has looked for written ones. It does so at the end of a turn.
    /// </summary>
    private void PassTurns()
    {
        _reader.Time.Advance(TimeSpan.FromMilliseconds(100));
        for (var turn = 0; turn < 2; turn++)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _reader.Output.Do(done.SetResult);
            Deadline.Await(done.Task, "a turn of the loop");
        }
    }

    private int Duplicate()
    {
        const int duplicate = 1030; // F_DUPFD_CLOEXEC
        var number = Libc.FileControl(_read, duplicate, 0);
        Assert.InRange(number, 0, int.MaxValue);
        return number;
    }

    private unsafe void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                var count = (int)Libc.Write(_write, start + done, (nuint)(bytes.Length - done));
                Assert.InRange(count, 1, bytes.Length);
                done += count;
            }
        }
    }

    /// <summary>A file on a file system of its own. The test can hold it.</summary>
    private sealed class TestFile : IFileTransport
    {
        private readonly ManualResetEventSlim _open = new(initialState: true);
        private readonly SemaphoreSlim _entered = new(0);

        /// <param name="changed">See <see cref="FileQueue"/>.</param>
        public TestFile(ILogger log, Action changed) =>
            File = new LineFile("web.log", this, new FileQueue(log, TimeProvider.System, changed, new LostLines()));

        public LineFile File { get; }

        public long Written => File.Queue.WrittenOf(0);

        public void Hold() => _open.Reset();

        public void Release() => _open.Set();

        public void AwaitWrite() => Assert.True(_entered.Wait(Deadline.Patience), "nothing was written");

        public int Write(ReadOnlySpan<byte> bytes, out Errno error)
        {
            _entered.Release();
            Assert.True(_open.Wait(Deadline.Patience));
            error = Errno.None;
            return bytes.Length;
        }

        public void AwaitRoom(TimeSpan patience)
        {
        }

        public void Dispose() => Release();
    }

    /// <summary>An output loop that reads one pipe. The test can hold its destination.</summary>
    private sealed class Reader : ILogDestination, ILineStore, IDisposable
    {
        private readonly ManualResetEventSlim _open = new(initialState: true);
        private readonly SemaphoreSlim _entered = new(0);
        private readonly LogQueue _queue;
        private readonly Serilog.Core.Logger _log;
        private volatile string? _kept;

        public Reader(Pipe pipe, string held = "", Task? begun = null, WorkerFile? file = null)
        {
            Begun = begun ?? Task.CompletedTask;
            _log = new LoggerConfiguration().WriteTo.Sink(Events).CreateLogger();
            Assert.Equal(0, Libc.FileControl(pipe, SetFlags, 0x800)); // O_NONBLOCK
            _queue = new LogQueue(this, TimeProvider.System);
            _queue.Start();
            var lines = new WorkerLog(_queue, new JsonLineFormat(), TimeProvider.System);
            Output = new OutputLoop(Mailbox, lines, _log, Time, unfinished: this);
            var source = WorkerLog.Open(new WorkerName("web", 0), 1, OutputStream.Stderr);
            var stream = new WorkerStream(pipe, 1, new TreeRoot(1, IsReaped: true, []), source, Unlimited, file);
            stream.Splitter.Resume(Encoding.UTF8.GetBytes(held), continues: false);
            Output.Add(stream);
            Output.ReadAdded();
            Output.Start();
        }

        public OutputLoop Output { get; }

        /// <inheritdoc/>
        public Task Begun { get; }

        public Mailbox Mailbox { get; } = new(TimeProvider.System);

        public MovableTime Time { get; } = new();

        public WorkerLines Lines { get; } = new();

        public EventLog Events { get; } = new();

        /// <summary>The unfinished line that the next daemon gets.</summary>
        public string Kept => _kept ?? "";

        /// <summary>True if the next daemon gets no line, and might have got one.</summary>
        public bool IsForgotten => _kept is "";

        private static LoggingSpec Unlimited { get; } = new(TimeSpan.FromSeconds(30), RateLimitBurst: 0, LineMax: 16 * 1024);

        public long Appended => _queue.Appended;

        public long Written => _queue.WrittenOf(0);

        public void Save(ulong process, OutputStream stream, UnfinishedLine line) => _kept = Encoding.UTF8.GetString(line.Bytes);

        public void Hold() => _open.Reset();

        public void Release() => _open.Set();

        public void AwaitWrite() => Assert.True(_entered.Wait(Deadline.Patience), "nothing was written");

        public LogProgress Write(LogBatch batch)
        {
            _entered.Release();
            Assert.True(_open.Wait(Deadline.Patience));
            return Lines.Write(batch);
        }

        public void Dispose()
        {
            Release();
            Output.Dispose();
            _queue.Stop(Deadline.Patience);
            _queue.Dispose();
            _log.Dispose();
            Mailbox.Dispose();
            _open.Dispose();
            _entered.Dispose();
        }
    }
}
