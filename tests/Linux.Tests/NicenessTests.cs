using System.Globalization;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class NicenessTests
{
    private const int NiceField = 19;

    /// <summary>Processes and threads that the thread starts have their own niceness, or the niceness of before.</summary>
    [Fact]
    public void TryImprove_OneThread_OthersKeepTheirNiceness()
    {
        Root.Require();
        Assert.SkipUnless(ProcText.HasCapability("CapEff", "sys_nice"), "needs CAP_SYS_NICE");
        var before = ProcText.Stat(Environment.ProcessId, NiceField);
        var (former, own, plain, other) = (0, 0L, 0L, 0L);
        var errno = Errno.None;
        var thread = new Thread(() =>
        {
            errno = Niceness.TryImprove(out former);
            own = long.Parse(
                File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[NiceField - 3],
                CultureInfo.InvariantCulture);
            plain = Started(new Spawner());
            other = Started(new Spawner(niceness: 3));
        });
        thread.Start();
        thread.Join();

        Assert.Equal((Errno.None, before, before - 10), (errno, former, own));
        Assert.Equal((0, 3), (plain, other));
    }

    private static long Started(Spawner spawner)
    {
        using (spawner)
        {
            using var worker = TestWorker.Start(spawner, TestWorker.Request("/bin/sleep", "1000"));
            return ProcText.Stat(worker.Pid, NiceField);
        }
    }
}
