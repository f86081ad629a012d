using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Formats;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Runtime.Tests.Harness;
using Serilog;

namespace Runtime.Tests;

/// <summary>The test's thread is the loop.</summary>
public sealed class FileTableTests : IFileOwners, IDisposable
{
    private const string Torn = "torn", Line = "line\n";

    private readonly string _path = Path.GetTempFileName();
    private readonly Mailbox _mailbox = new(TimeProvider.System);
    private readonly LogQueue _queue = new(new WorkerLines(), TimeProvider.System);
    private readonly Serilog.Core.Logger _log = new LoggerConfiguration().CreateLogger();
    private readonly OutputLoop _output;
    private readonly FileTable _table;
    private readonly ProcessSpec _process;

    public FileTableTests()
    {
        var lines = new WorkerLog(_queue, new JsonLineFormat(), TimeProvider.System);
        _output = new OutputLoop(_mailbox, lines, _log, TimeProvider.System);
        _output.Start();
        _table = new FileTable(this, _output, _mailbox, _log, TimeProvider.System);
        _process = Given.Sleepers("web", 1).Process with { Stdout = new OutputTarget.File(_path) };
        File.WriteAllText(_path, Torn);
    }

    public void Dispose()
    {
        _output.Stop();
        _output.Dispose();
        _queue.Dispose();
        _mailbox.Dispose();
        _log.Dispose();
        File.Delete(_path);
    }

    /// <summary>As when the user's account has to be looked up again while the file is opened.</summary>
    [Fact]
    public void Take_FileWasOpenedBefore_TornLineOfTheEarlierDaemonIsEnded()
    {
        Open();
        _table.Sweep();
        var file = Take();
        Append(file);
        Assert.Equal($"{Torn}\n{Line}", Written(Torn.Length + 1 + Line.Length));
    }

    [Fact]
    public void Take_FileWasTakenWithoutOutput_TornLineOfTheEarlierDaemonIsEnded()
    {
        _table.Release(Take());
        Append(Take());
        Assert.Equal($"{Torn}\n{Line}", Written(Torn.Length + 1 + Line.Length));
    }

    /// <summary>The queue of this daemon may still have the rest of the line.</summary>
    [Fact]
    public void Take_FileHasOutputOfThisDaemon_LineIsContinued()
    {
        var file = Take();
        Append(file, "own");
        Written(Torn.Length + 1 + "own".Length);
        _table.Release(file);
        Append(Take());
        Assert.Equal($"{Torn}\nown{Line}", Written(Torn.Length + 1 + "own".Length + Line.Length));
    }

    bool IFileOwners.TryIdentity(ProcessSpec process, out Identity? identity, [NotNullWhen(false)] out SpawnError? error)
    {
        (identity, error) = (null, null);
        return true;
    }

    SpawnError IFileOwners.NotOpened(ProcessSpec process, string value, Errno errno) => new("open", value, errno);

    private WorkerFile Take()
    {
        Open();
        Assert.True(_table.TryTake(_process, out var file, out _, out var error), error?.ToString());
        return Assert.IsType<WorkerFile>(file);
    }

    private void Open()
    {
        if (_table.Prepare(_process, static () => { })) return;
        var opened = default(Message);
        Deadline.Until(() => _mailbox.TryTake(out opened), "the file is open");
        _table.Handle(Assert.IsType<OutputMessage.FileOpened>(opened));
    }

    private void Append(WorkerFile file, string text = Line) => Deadline.Await(
        Task.Run(() =>
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _output.Do(() =>
            {
                file.Append(this, System.Text.Encoding.UTF8.GetBytes(text));
                done.SetResult();
            });
            return done.Task;
        }),
        "the output is appended");

    private string Written(int length)
    {
        Deadline.Until(() => new FileInfo(_path).Length == length, $"the file has {length} bytes");
        return File.ReadAllText(_path);
    }
}
