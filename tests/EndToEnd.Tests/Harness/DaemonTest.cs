namespace EndToEnd.Tests.Harness;

/// <summary>A test with a daemon, which is stopped at the end; a failed test shows the log.</summary>
public abstract class DaemonTest : IAsyncDisposable
{
    private const int RecordsShown = 60;

    private protected Daemon Daemon { get; } = new();

    private protected string Address => Daemon.Site.Address;

    private protected int Port => Daemon.Site.Port;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var failed = TestContext.Current.TestState?.Result == TestResult.Failed;
        try
        {
            await Daemon.DisposeAsync();
        }
        catch
        {
            failed = true;
            throw;
        }
        finally
        {
            if (failed) Show();
        }
    }

    private void Show()
    {
        if (TestContext.Current.TestOutputHelper is not { } output) return;
        foreach (var record in Daemon.Log.Records.TakeLast(RecordsShown))
        {
            var kind = record.Event ?? record.Stream;
            output.WriteLine($"{record.Index} {record["timestamp"]} {kind} {record.Worker} {record.Pid}: {record.Message}");
        }
        output.WriteLine(Daemon.Errors);
    }
}
