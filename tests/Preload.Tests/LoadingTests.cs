using static System.StringComparison;

namespace Preload.Tests;

/// <summary>The moment of loading, and other libraries beside it.</summary>
public class LoadingTests
{
    private readonly string _address = Loopback.Next();

    /// <summary>Programs that set their title overwrite the environment. Only the environment at load counts.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    public void Bind_EnvironmentOverwrittenAfterLoad_SettingsStay(string environment) =>
        Probe.Run(
                environment + " LIBREUSEPORT_PORT=8080 LIBREUSEPORT_ADDR=127.0.0.0/8 SO_BINDTODEVICE=lo SO_REUSEADDR=1",
                $"scribble socket inet stream bind {_address} 8081 get reuseport "
                + $"socket inet stream bind {_address} 8080 get reuseport get reuseaddr get device")
            .Answers("bind=ok", "reuseport=0", "bind=ok", "reuseport=1", "reuseaddr=1", "device=lo");

    /// <summary>The loader runs the constructor of the later library in LD_PRELOAD first.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bind_InAnotherLibrarysConstructor_IsShared(bool beforeOurs)
    {
        var early = Artifacts.Probe("early.so");
        var run = Probe.Run(
            new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = beforeOurs ? $"{Artifacts.Library}:{early}" : $"{early}:{Artifacts.Library}",
                ["EARLY_ADDRESS"] = _address,
                ["LIBREUSEPORT_DEBUG"] = "1",
            });
        run.Answers("early-bind=0 early-listen=0 early-reuseport=1");
        Assert.Equal(["loaded", "bind", "listen"], run.Lines.Select(line => line.Split(':')[1]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_PORT=80,8080")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    public void Bind_ManyThreadsBeforeOurConstructor_AllShare(string environment)
    {
        for (var i = 0; i < 20; i++)
        {
            var run = Probe.Run(
                new Dictionary<string, string>(Probe.Parse(environment))
                {
                    ["LD_PRELOAD"] = $"{Artifacts.Library}:{Artifacts.Probe("early_threads.so")}",
                    ["EARLY_ADDRESS"] = _address,
                });
            run.Answers("early-shared=16 of 16");
            Assert.Equal(environment.Contains("DEBUG", Ordinal) ? 1 : 0, run.LinesOf("loaded").Count());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bind_AnotherInterposer_IsCalledToo(bool oursFirst)
    {
        var chain = Artifacts.Probe("chain.so");
        var preload = oursFirst ? $"{Artifacts.Library}:{chain}" : $"{chain}:{Artifacts.Library}";
        Probe.Run($"LD_PRELOAD={preload}", $"socket inet stream bind {_address} 8080 listen 5 get reuseport")
            .Answers("chain-bind", "bind=ok", "chain-listen", "listen=ok", "reuseport=1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    public void Bind_Hooks_AllocateNothing(string environment)
    {
        var run = Probe.RunProgram(Artifacts.Probe("allocations"), Probe.Parse(environment), _address);
        Assert.Equal(["good=1 bad=1 allocations=0"], run.Output);
    }

    [Fact]
    public void Bind_UnderMusl_IsShared()
    {
        var folder = Artifacts.MuslFolder;
        Assert.SkipWhen(folder is null, "musl-gcc is not installed");
        var environment = Probe.Parse($"LIBREUSEPORT_DEBUG=1 LIBREUSEPORT_PORT=8080 LD_PRELOAD={folder}/libreuseport.so");

        var script = $"scribble socket inet stream bind {_address} 8080 listen 5 "
                     + $"socket inet stream bind {_address} 8080 get reuseport bind-wild";

        var run = Probe.RunProgram($"{folder}/probe", environment, script.Split(' '));

        run.Answers("bind=ok", "listen=ok", "bind=ok", "reuseport=1", "bind=EFAULT");
        Assert.Equal(["loaded", "bind", "listen", "bind"], run.Lines.Select(line => line.Split(':')[1]));
    }
}
