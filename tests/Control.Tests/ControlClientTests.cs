using System.Net.Sockets;
using Control.Tests.Harness;
using Reuseportd.Control;
using Reuseportd.Control.Connection;

namespace Control.Tests;

public sealed class ControlClientTests
{
    /// <summary>A user without a folder in /tmp.</summary>
    private const uint User = 61_250;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DefaultSocket_NamedByTheEnvironment_IsThatSocket(bool privileged) =>
        Assert.Equal(
            "/run/x.sock",
            ControlClient.DefaultSocket(
                name => name == "REUSEPORTD_SOCKET" ? "/run/x.sock" : "/elsewhere", privileged ? 0 : User));

    [Fact]
    public void DefaultSocket_OrdinaryUserWithOwnSocket_IsThatSocket()
    {
        var runtime = Directory.CreateTempSubdirectory("reuseportctl-test-");
        try
        {
            Assert.Equal("/run/reuseportd/control.sock", Default(runtime.FullName, privileged: false));
            var own = Path.Combine(runtime.CreateSubdirectory("reuseportd").FullName, "control.sock");
            File.WriteAllText(own, "");
            Assert.Equal(own, Default(runtime.FullName, privileged: false));
            Assert.Equal("/run/reuseportd/control.sock", Default(runtime.FullName, privileged: true));
        }
        finally
        {
            runtime.Delete(recursive: true);
        }
    }

    [Fact]
    public void DefaultSocket_NoVariables_IsThatOfTheSystem() =>
        Assert.Equal("/run/reuseportd/control.sock", ControlClient.DefaultSocket(_ => null, User));

    [Theory]
    [InlineData("/tmp/reuseportd-7/control.sock", 8, false)]
    [InlineData("/tmp/reuseportd-7/control.sock", 7, true)]
    [InlineData("/tmp/reuseportd-8/control.sock", 8, true)]
    [InlineData("/run/reuseportd/control.sock", 0, true)]
    public void IsTrusted_SocketInTheTemporaryFolder_BelongsToThatUser(string path, uint owner, bool trusted) =>
        Assert.Equal(trusted, ControlClient.IsTrusted(path, user: 7, () => owner));

    /// <summary>A full backlog does not mean that no daemon runs.</summary>
    [Fact]
    public async Task Ask_BacklogIsFull_TriesAgain()
    {
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var daemon = FakeDaemon.Answering(200, """{"errors":[],"warnings":[],"files":[]}""", room.Task);
        using var first = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await first.ConnectAsync(new UnixDomainSocketEndPoint(daemon.Path), TestContext.Current.CancellationToken);
        var run = Run.CommandAsync(daemon.Path, "check");
        // A client that does not retry has failed by then.
        Assert.NotSame(
            run, await Task.WhenAny(run, Task.Delay(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken)));
        room.SetResult();
        Assert.Equal(ExitCode.Ok, (await run).Code);
    }

    /// <summary>The user of the tests: the shared folder belongs to that user.</summary>
    [Fact]
    public async Task Ask_ListenerInOwnSharedFolderOfUser_IsUsed()
    {
        var place = $"/tmp/reuseportd-{ControlClient.EffectiveUser()}";
        Assert.SkipWhen(Directory.Exists(place), $"{place} is in use");
        using var daemon = FakeDaemon.Answering(200, """{"errors":[],"warnings":[],"files":[]}""");
        Directory.CreateSymbolicLink(place, Path.GetDirectoryName(daemon.Path)!);
        try
        {
            Assert.Equal(ExitCode.Ok, (await Run.CommandAsync($"{place}/control.sock", "check")).Code);
        }
        finally
        {
            Directory.Delete(place);
        }
    }

    [Fact]
    public async Task Ask_NoDaemon_NamesTheSocket()
    {
        var run = await Run.CommandAsync("/nonexistent/control.sock", "status");
        Assert.Equal(ExitCode.NotRunning, run.Code);
        Assert.Contains("/nonexistent/control.sock", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/run/x.sock", "/run/user/1/reuseportd/control.sock", true, "systemd")]
    [InlineData("/run/x.sock", "/run/reuseportd/control.sock", false, "no-systemd")]
    [InlineData("/run/reuseportd/control.sock", "/tmp/reuseportd-7/control.sock", false, "own-socket")]
    public void NoAnswer_OnSocket_NamesSocketsAndOption(string socket, string own, bool systemd, string name)
    {
        var text = Problems.NobodyAnswers(socket, own, systemd);
        foreach (var fact in (string[])[socket, "--socket", "REUSEPORTD_SOCKET"])
            Assert.Contains(fact, text, StringComparison.Ordinal);
        Golden.Expect($"tests/Control.Tests/Golden/nobody-answers-{name}.txt", text + "\n");
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "null")]
    [InlineData(200, "{\"version\":")]
    [InlineData(200, "<html>")]
    [InlineData(500, "")]
    [InlineData(500, "null")]
    public async Task Ask_AnswerIsNoDocument_Fails(int status, string body)
    {
        using var daemon = FakeDaemon.Answering(status, body);
        var run = await Run.CommandAsync(daemon.Path, "status");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("cannot be parsed", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, "the daemon is stopping", "stopping", ExitCode.NotRunning)]
    [InlineData(404, "there is no GET /v1/status", "invalid", ExitCode.Failed)]
    [InlineData(404, "there is no service or worker 'webb'", "no_such_name", ExitCode.NoSuchName)]
    [InlineData(403, "you may read only", "refused", ExitCode.Refused)]
    [InlineData(400, "there is no signal 'FOO'", "invalid", ExitCode.Usage)]
    [InlineData(429, "too many connections", "busy", ExitCode.Failed)]
    public async Task Ask_DaemonRefuses_HasItsReasonAndItsExitCode(int status, string reason, string cause, int code)
    {
        using var daemon = FakeDaemon.Answering(status, $$"""{"error":"{{reason}}","code":"{{cause}}"}""");
        var run = await Run.CommandAsync(daemon.Path, "status");
        Assert.Equal((code, "", $"reuseportctl: {reason}\n"), (run.Code, run.Output, run.Errors));
    }

    [Fact]
    public void MayNot_ASocket_NamesTheGroupAndTheUser() => Golden.Expect(
        "tests/Control.Tests/Golden/may-not.txt",
        Problems.MayNot("/run/x.sock", "alice", "ops") + "\n" + Problems.MayNot("/run/x.sock", "alice", group: null) + "\n");

    [Fact]
    public void NameOf_Socket_IsTheGroupOfItsFile()
    {
        var file = Path.GetTempFileName();
        try
        {
            // Root changes the group of the file. Another user's file has a group of that user.
            var start = new System.Diagnostics.ProcessStartInfo(
                "sh", ["-c", "chgrp daemon \"$0\" 2>/dev/null; stat -c %G \"$0\"", file]) { RedirectStandardOutput = true };
            using var shell = System.Diagnostics.Process.Start(start)!;
            var group = shell.StandardOutput.ReadToEnd().Trim();
            Assert.NotEqual("root", group);
            Assert.Equal(group, SocketGroup.NameOf(file));
            start.ArgumentList[1] = "chgrp root \"$0\" 2>/dev/null && echo root";
            using var again = System.Diagnostics.Process.Start(start)!;
            if (again.StandardOutput.ReadToEnd().Trim() == "root") Assert.Null(SocketGroup.NameOf(file));
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Null(SocketGroup.NameOf("/nonexistent/control.sock"));
    }

    [Fact]
    public async Task Ask_NoAnswer_EndsAtTheTimeout()
    {
        using var daemon = FakeDaemon.Silent();
        var run = await Run.CommandAsync(daemon.Path, "restart", "web", "--timeout", "1ms");
        Assert.Equal(ExitCode.TimedOut, run.Code);
        run.ExpectGolden("ask-no-answer");
    }

    [Fact]
    public async Task Ask_ConnectionEndsEarly_Fails()
    {
        using var daemon = FakeDaemon.HangingUpHalfWay();
        var run = await Run.CommandAsync(daemon.Path, "status");
        Assert.Equal(ExitCode.Failed, run.Code);
        run.ExpectGolden("ask-connection-ends");
    }

    [Fact]
    public async Task Ask_DaemonDies_Fails()
    {
        using var daemon = FakeDaemon.Dying();
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Contains(run.Code, (int[])[ExitCode.Failed, ExitCode.NotRunning]);
        Assert.StartsWith("reuseportctl: ", run.Errors, StringComparison.Ordinal);
    }

    private static string Default(string runtime, bool privileged) =>
        ControlClient.DefaultSocket(name => name == "XDG_RUNTIME_DIR" ? runtime : null, privileged ? 0 : User);
}
