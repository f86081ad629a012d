using System.Net;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

using static Decisions.Tests.Diagnosis.BindCauseCases;
using static Decisions.Tests.Diagnosis.BindFacts;

namespace Decisions.Tests.Diagnosis;

public sealed class BindCausesTests
{
    [Fact]
    public void Of_EachCase_HasTheSentencesOfTheGoldenFile() => Sentences.ExpectGolden("Diagnosis/Golden/bind-causes.txt", All);

    [Theory]
    [InlineData("another port", "127.0.0.1:8081 tcp", "'reuseport.ports' has 8080 and not 8081")]
    [InlineData("another address", "127.0.0.1:8080 tcp", "'reuseport.address'")]
    [InlineData("held by another program", "127.0.0.1:8080 tcp", "nginx (process 44)")]
    [InlineData("held by another program and outside of the filter", "nginx (process 44)", "has 8080 and not 8081")]
    [InlineData("held by another user", "nginx (process 44) of user u0", "user u33")]
    [InlineData("held by another user and outside of the filter", "user u0", "user u33", "has 8080 and not 8081")]
    [InlineData("held by a neighbour outside of the filter", "web@1 (process 100)", "has 8080 and not 8081")]
    [InlineData("listen fails after a bind", "web@1 (process 100)", "has 8080 and not 8081")]
    [InlineData(
        "held by another service outside of its filter", "db@3 (process 7)", "'reuseport.ports' of db has 5432 and not 8080")]
    [InlineData("held by a worker of another service", "db@3 (process 7)")]
    [InlineData("held by a child of a worker", "db@3 (process 71)")]
    [InlineData("held by a worker that shares it, outside of the filter", "db@3 (process 7)", "has 5000 and not 8080")]
    [InlineData("held by a worker that shares it", "db@3 (process 7)", "'reuseportctl start web'")]
    [InlineData("held by another service without sharing", "db@3 (process 7)", "'reuseport.reuse_port' of db is not true")]
    [InlineData("outside of the filter, holder has gone", "127.0.0.1:8081 tcp", "has 8080 and not 8081")]
    [InlineData("sharing is switched off", "db@3 (process 7)", "'reuseport.reuse_port'")]
    [InlineData("holder cannot be seen", "127.0.0.1:8080 tcp")]
    [InlineData("holder has gone", "127.0.0.1:8080 tcp", "'reuseportctl start web'")]
    [InlineData("holder has gone, worker is starting", "127.0.0.1:8080 tcp", "'reuseportctl restart web'")]
    [InlineData("worker has failed", "'reuseportctl start web'")]
    [InlineData("port below 1024", "127.0.0.1:80 tcp", "user u33", "ambient_capabilities: [net_bind_service]")]
    [InlineData(
        "port below 1024, privileged_ports without the kernel method", "'privileged_ports' has no effect", "no control groups")]
    [InlineData("port below 1024, outside of privileged_ports", "has 80 and not 81")]
    [InlineData("port below 1024, kernel method", "'reuseport.privileged_ports: true'")]
    [InlineData("port below 1024, daemon without the capability", "AmbientCapabilities=CAP_NET_BIND_SERVICE")]
    [InlineData("own system calls", "SO_REUSEPORT")]
    [InlineData("set-user-ID program", "'user'", "'ambient_capabilities'")]
    [InlineData("statically linked, with the detail", "statically linked: /bin/x; the worker")]
    [InlineData(
        "another port, with the detail", "waits for at most 30 s for port 8080; ", "127.0.0.1:8081 tcp", "has 8080 and not 8081")]
    public void For_EachCase_NamesTheCause(string name, params string[] facts) => Sentences.AssertNames(All[name], facts);

    [Fact]
    public void Of_FailedWorker_EndsWithTheRemedyCommand()
    {
        Assert.Equal(All["worker has failed"], All["holder has gone, worker has failed"][1..]);
        Assert.Equal(All["worker has failed"], Of(Taken with { State = WorkerState.Failed }, Nginx)[1..]);
    }

    [Fact]
    public void Of_WorkerThatServes_IsEmpty() =>
        Assert.Empty(Of(Ready with { Binds = [Outcome("ok", matched: true), Outcome("ok", matched: false, port: 9000)] }));

    [Fact]
    public void Of_StoppedWorker_IsEmpty() =>
        Assert.Empty(Of(Taken with { State = WorkerState.Stopped, Silence = Static }));

    /// <summary>A program that sets SO_REUSEPORT itself does not need the library.</summary>
    [Fact]
    public void Of_TwoWorkersWithoutTheLibraryOnOnePort_IsEmpty()
    {
        var alone = Ready with { Silence = Static, KernelPorts = [Port] };
        var other = alone with { Name = new WorkerName("web", 1), Pid = 101 };
        Assert.Empty(Of(alone, [other]));
        Assert.Single(Of(alone, [other with { State = WorkerState.Backoff, Pid = null }]));
        Assert.Single(Of(alone, [other with { Name = new WorkerName("db", 1) }]));
        Assert.Single(Of(alone, [other with { KernelPorts = [8081] }]));
    }

    /// <summary>For a single worker, the option of its socket in the kernel decides.</summary>
    [Fact]
    public void Of_OneWorkerWithoutTheLibraryWithTheOption_IsEmpty()
    {
        var alone = Ready with { Silence = Static };
        Assert.Single(BindCauses.Of(alone, Facts([alone], [])));
        Assert.Empty(BindCauses.Of(alone, Facts([alone], [], 100)));
        // A failed worker has the same program as the other workers of its service.
        var failed = alone with { Name = new WorkerName("web", 1), State = WorkerState.Backoff, Pid = null };
        Assert.Empty(BindCauses.Of(failed, Facts([alone, failed], [], 100)));
        Assert.Single(BindCauses.Of(failed with { Name = new WorkerName("db", 1) }, Facts([alone, failed], [], 100)));
    }

    /// <summary>The holder shares the port, so the socket that was in the way no longer exists.</summary>
    [Fact]
    public void Of_HolderWithoutTheLibraryWithTheOption_DoesNotNameTheLibrary()
    {
        var holder = Db with { Silence = Static };
        PortHolder[] holders = [Nginx with { Pid = 7 }];
        string Single(params int[] withOption) => Assert.Single(SentencesOf(Taken, Facts([Taken, holder], holders, withOption)));
        Assert.Contains("the preload library", Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("the preload library", Single(7), StringComparison.Ordinal);
    }

    public static TheoryData<bool, string, int, bool> Elsewhere => new()
    {
        // stream, address, port, true if the socket conflicts
        { true, "127.0.0.1", Port, true },
        { true, "0.0.0.0", Port, true },
        { true, "::", Port, true },
        { true, "::ffff:127.0.0.1", Port, true },
        { true, "127.0.0.2", Port, false },
        { true, "::1", Port, false },
        { true, "127.0.0.1", 8081, false },
        { false, "127.0.0.1", Port, false },
    };

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public void Of_AnotherSocket_ConflictsOnTheSameEndpoint(bool isStream, string address, int port, bool isInTheWay)
    {
        var holder = Nginx with { IsStream = isStream, Address = IPAddress.Parse(address), Port = port };
        Assert.Equal(isInTheWay, Assert.Single(Of(Taken, holder)).Contains("nginx", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, 0u)]
    [InlineData(1024, 33u)]
    public void Of_DeniedPortOutsideOfThePrivilegedOnes_IsEmpty(int port, uint user) => Assert.Empty(Denied(port, user));

    [Fact]
    public void Of_UnknownErrnoWithoutAFact_IsEmpty()
    {
        Assert.Empty(Of(Unknown(Outcome(BindOutcome.UnknownErrno, matched: true))));
        var permitted = Unknown(Outcome(BindOutcome.UnknownErrno, matched: true, 80)) with { HasLowPortCapability = true };
        Assert.Empty(Of(permitted));
        Assert.Empty(Of(Low(80, Kernel)));
    }

    /// <summary>The library is in the program, or the daemon does not know why it is not.</summary>
    [Theory]
    [InlineData(nameof(PreloadReason.LoadedSilently))]
    [InlineData(nameof(PreloadReason.ExitedBeforeMain))]
    [InlineData(nameof(PreloadReason.Unknown))]
    public void Of_LoadableLibrary_IsEmpty(string reason) => Assert.Empty(Silent(Enum.Parse<PreloadReason>(reason)));

    [Fact]
    public void Whole_PortsWithoutCause_StayInDetail() => Assert.StartsWith(
        "bind 127.0.0.1:8080 tcp: EADDRINUSE; waits for at most 30 s for port 8080, bound 8081",
        Whole(WaitsForPort with { FailedBind = Outcome("EADDRINUSE", matched: true) }),
        StringComparison.Ordinal);

    [Fact]
    public void Whole_WithoutACause_IsTheDetail()
    {
        Assert.Null(Whole(Ready));
        var failure = new SlotFailure.NotStarted(new SpawnError("exec", "x", Errno.NotFound));
        Assert.Equal("exec x: ENOENT", Whole(Ready with { Reason = new StateReason.Failure(failure) }));
    }
}
